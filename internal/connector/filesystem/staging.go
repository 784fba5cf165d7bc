package filesystem

import (
	"fmt"
	"strconv"
	"strings"
)

// staging is the folder below a table's path in which files wait to be
// published. Its name begins with '.', so that no reader sees them. In it:
//
//	OPERATOR-JOB/                    of one sink of one job
//	  SUBTASK/AFTER-RUN-COUNT        a file, closed and not yet published
//	  next-OPERATOR-JOB              the job that goes on from this one's checkpoint
//	  commit/                        what subtasks tell each other, see ledger
const staging = ".staging"

// stage names what a sink of a job has in the staging folder.
type stage string

func stageOf(operator, job string) stage { return stage(staging + "/" + operator + "-" + job + "/") }

// file names a file of a subtask that is begun after a checkpoint was prepared
// or restored. It is part of a later checkpoint, or of none.
func (s stage) file(subtask int, after int64, run string, count int) string {
	return fmt.Sprintf("%s%d/%d-%s-%d", s, subtask, after, run, count)
}

// parseFile is the inverse of file, of a name without the stage.
func parseFile(name string) (subtask int, after int64, ok bool) {
	folder, file, ok := strings.Cut(name, "/")
	number, _, more := strings.Cut(file, "-")
	subtask, isSubtask := parseFolder(folder)
	after, err := strconv.ParseInt(number, 10, 64)
	return subtask, after, ok && more && isSubtask && err == nil && !strings.Contains(file, "/")
}

// parseFolder tells whose files are in a folder of a stage.
func parseFolder(folder string) (subtask int, ok bool) {
	subtask, err := strconv.Atoi(folder)
	return subtask, err == nil
}

const (
	nextPrefix   = "next-"
	commitFolder = "commit/"
)

// next names the mark that another job goes on from a checkpoint of this one.
func (s stage) next(other stage) string {
	return string(s) + nextPrefix + strings.Trim(strings.TrimPrefix(string(other), staging), "/")
}

// parseNext is the inverse of next, of a name without the stage.
func parseNext(name string) (stage, bool) {
	other, ok := strings.CutPrefix(name, nextPrefix)
	return stage(staging + "/" + other + "/"), ok
}
