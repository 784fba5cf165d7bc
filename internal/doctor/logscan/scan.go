// Package logscan reads Flink's log files (1.10 to 2.3; plain, JSON, gzip) into
// events. It keeps no text but the first line of each event, and at most a fixed
// number of events, however long the logs are.
package logscan

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/doctor/snapshot"
)

const (
	lineBytesMax  = 64 << 10 // of a line; the rest of it is skipped
	perKindMax    = 200      // events of a kind that are kept one by one
	executionsMax = 20_000   // attempts whose task is remembered
	filesMax      = 2_000
	unpackedMax   = 4 << 30 // bytes of one compressed log
)

// Scanner collects the events of several logs.
type Scanner struct {
	Events []snapshot.LogEvent
	Lines  int // read so far
	Known  int // lines that looked like Flink's
	Newest time.Time

	perKind    map[string]int
	last       map[string]int    // kind → index of its last event
	executions map[string]string // attempt id → task and where it runs
	told       []properties      // of each log that tells
}

// NewScanner returns a scanner without events.
func NewScanner() *Scanner {
	return &Scanner{perKind: map[string]int{}, last: map[string]int{}, executions: map[string]string{}}
}

// Finish orders the events and names the tasks of attempts.
func (s *Scanner) Finish() []snapshot.LogEvent {
	for i := range s.Events {
		e := &s.Events[i]
		if task, ok := s.executions[e.Fields["attempt"]]; ok && e.Fields["task"] == "" {
			e.Fields["task"] = task
		}
	}
	sort.SliceStable(s.Events, func(a, b int) bool { return s.Events[a].Time.Before(s.Events[b].Time) })
	return s.Events
}

// ReadDir reads all logs in a folder, or one file.
func (s *Scanner) ReadDir(root string) error {
	if info, err := os.Stat(root); err == nil && !info.IsDir() && !info.Mode().IsRegular() {
		return fmt.Errorf("%s (--logs) is neither a file nor a folder", root)
	}
	var files []string
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := strings.ToLower(d.Name())
		if !d.Type().IsRegular() && path != root || len(files) >= filesMax {
			return nil
		}
		if path == root && !d.IsDir() || strings.Contains(name, ".log") || strings.Contains(name, ".out") || strings.Contains(name, ".json") || strings.HasPrefix(name, "gc") {
			if !d.IsDir() {
				files = append(files, path)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("the logs of --logs: %w", err)
	}
	if len(files) == 0 {
		return fmt.Errorf("%s (--logs) holds no file named *.log, *.out, *.json or gc*", root)
	}
	for _, f := range files {
		if err := s.readFile(f, strings.TrimPrefix(strings.TrimPrefix(f, root), string(filepath.Separator))); err != nil {
			return err
		}
	}
	if s.Known == 0 {
		return fmt.Errorf("%s (--logs): none of %d lines in %d files looks like a log of Flink", root, s.Lines, len(files))
	}
	return nil
}

func (s *Scanner) readFile(path, name string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if name == "" {
		name = filepath.Base(path)
	}
	if err := s.Read(f, name); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// Read reads one log. A compressed one that is cut off is read as far as it goes.
func (s *Scanner) Read(r io.Reader, name string) error {
	in := bufio.NewReaderSize(r, lineBytesMax)
	packed := false
	if head, _ := in.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		packed = true
		z, err := gzip.NewReader(in)
		if err != nil {
			return fmt.Errorf("not readable as gzip: %w", err)
		}
		in = bufio.NewReaderSize(z, lineBytesMax)
	}
	file := &file{scanner: s, name: name}
	defer func() {
		file.catchUp()
		s.told = append(s.told, file.properties)
	}()
	read := int64(0)
	for n := 1; ; n++ {
		line, err := in.ReadSlice('\n')
		if read += int64(len(line)); read > unpackedMax && packed {
			return fmt.Errorf("it unpacks to more than %d GiB: no log of Flink", int64(unpackedMax)>>30)
		}
		if len(line) > 0 {
			s.Lines++
			file.line(n, bytes.TrimRight(line, "\r\n"))
		}
		for errors.Is(err, bufio.ErrBufferFull) {
			line, err = in.ReadSlice('\n')
			if read += int64(len(line)); read > unpackedMax && packed {
				return fmt.Errorf("it unpacks to more than %d GiB: no log of Flink", int64(unpackedMax)>>30)
			}
		}
		if err != nil {
			if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) {
				return nil
			}
			var corrupt interface{ Temporary() bool }
			if errors.As(err, &corrupt) {
				return err
			}
			return nil // damaged compression: what came before it was read
		}
	}
}

// file is the place in one log.
type file struct {
	scanner *Scanner
	name    string
	at      time.Time // of the last line that had a time
	level   string
	stamp   string // of a later line, not read yet
	open    int    // event whose stack trace goes on, plus one; 0: none

	properties properties
}

const stackBytesMax = 8 << 10 // of the stack trace that is kept with a failure

// keepsStack reports whether the stack trace after a line is worth keeping.
func keepsStack(kind string) bool {
	return kind == TaskFailed || kind == JobState || kind == CheckpointFailed || kind == CheckpointDeclined || kind == AsyncFailed
}

// head is the start of a line in log4j's default layout, with or without the
// brackets of the diagnostic context:
//
//	2026-11-21 03:47:53,714 INFO  org.apache.flink…CheckpointCoordinator    [] - Triggering …
var head = lazily(`^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:[,.](\d{3})\d*)?(?:Z|[+-]\d\d:?\d\d)?\s+(?:\[[^\]]*\]\s+)?(TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(?:\[[^\]]*\] )?(?:\S+ )?- `)

// jsonLine is a line of log4j's JSON layouts and of logback's.
type jsonLine struct {
	Time    string `json:"@timestamp"`
	Stamp   string `json:"timestamp"`
	Millis  int64  `json:"timeMillis"`
	Instant struct {
		Seconds int64 `json:"epochSecond"`
		Nanos   int64 `json:"nanoOfSecond"`
	} `json:"instant"`
	Level     string          `json:"level"`
	Log       string          `json:"log.level"`
	Message   string          `json:"message"`
	Logger    string          `json:"loggerName"`
	LoggerECS string          `json:"log.logger"`
	Trace     string          `json:"stack_trace"`
	TraceECS  string          `json:"error.stack_trace"`
	Thrown    json.RawMessage `json:"thrown"`
}

func (f *file) line(n int, line []byte) {
	if len(line) > 1 && line[0] == '{' {
		var j jsonLine
		if json.Unmarshal(line, &j) == nil && j.Message != "" {
			f.jsonLine(n, &j)
			return
		}
	}
	text := string(line)
	var m []int
	if stamped(text) {
		if !known().in(text) { // most lines: only their time is of interest
			if strings.Contains(text, propertyMark) {
				f.property(text)
			}
			f.scanner.Known++
			f.open, f.stamp = 0, text[:23]
			return
		}
		m = head().FindStringSubmatchIndex(text)
	}
	if m == nil {
		f.other(n, text)
		return
	}
	f.scanner.Known++
	f.open = 0
	f.level = text[m[8]:m[9]]
	f.at = parseTime(text[m[2]:m[3]], text[m[4]:m[5]], group(text, m, 3))
	f.scanner.see(f.at)
	f.stamp = ""
	message := text[m[1]:]
	if strings.Contains(message, "Deploying ") {
		f.deploying(message)
	}
	if !f.match(n, message, lines) {
		f.match(n, message, traces)
	}
}

// other reads a line without the usual head: a stack trace, or another layout.
func (f *file) other(n int, text string) {
	if f.open > 0 {
		if e := &f.scanner.Events[f.open-1]; len(e.Stack) < stackBytesMax {
			e.Stack += clip(text) + "\n"
		}
	}
	if strings.HasPrefix(text, "\tat ") || text == "" || !known().in(text) {
		return
	}
	f.catchUp()
	if f.match(n, text, traces) {
		f.scanner.Known++
		return
	}
	if _, message, ok := strings.Cut(text, " - "); ok && f.match(n, message, lines) {
		f.scanner.Known++
	}
}

// stamped reports whether a line begins with a day and a time.
func stamped(s string) bool {
	return len(s) > 24 && s[4] == '-' && s[7] == '-' && s[13] == ':' && s[16] == ':' && s[0] >= '0' && s[0] <= '9'
}

// catchUp reads the time of the last line that was passed over.
func (f *file) catchUp() {
	if f.stamp == "" {
		return
	}
	ms := ""
	if f.stamp[19] == ',' || f.stamp[19] == '.' {
		ms = f.stamp[20:23]
	}
	if t := parseTime(f.stamp[:10], f.stamp[11:19], ms); !t.IsZero() {
		f.at = t
		f.scanner.see(t)
	}
	f.stamp = ""
}

func (f *file) jsonLine(n int, j *jsonLine) {
	f.scanner.Known++
	f.open = 0
	f.level = j.Level + j.Log
	switch {
	case j.Millis > 0:
		f.at = time.UnixMilli(j.Millis).UTC()
	case j.Instant.Seconds > 0:
		f.at = time.Unix(j.Instant.Seconds, j.Instant.Nanos).UTC()
	default:
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.000Z0700", "2006-01-02 15:04:05,000"} {
			if t, err := time.Parse(layout, j.Time+j.Stamp); err == nil {
				f.at = t.UTC()
				break
			}
		}
	}
	f.scanner.see(f.at)
	if strings.Contains(j.Message, propertyMark) {
		f.property(j.Message)
	}
	if strings.Contains(j.Message, "Deploying ") {
		f.deploying(j.Message)
	}
	if !f.match(n, j.Message, lines) {
		f.match(n, j.Message, traces)
	}
	for line := range strings.Lines(j.Trace + "\n" + j.TraceECS) {
		f.other(n, strings.TrimRight(line, "\r\n"))
	}
	f.open = 0
	if len(j.Thrown) > 0 {
		f.match(n, string(j.Thrown[:min(len(j.Thrown), lineBytesMax)]), traces)
	}
}

func group(s string, m []int, n int) string {
	if m[2*n] < 0 {
		return ""
	}
	return s[m[2*n]:m[2*n+1]]
}

// parseTime takes the time as UTC: a log does not say its zone.
func parseTime(day, clock, ms string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", day+" "+clock)
	if err != nil {
		return time.Time{}
	}
	n, _ := strconv.Atoi(ms)
	return t.Add(time.Duration(n) * time.Millisecond)
}

var deployed = lazily(`^Deploying (.+?) \(attempt #\d+\)(?: with attempt id (\w+))?(?: and vertex id \w+)? to (.+?)(?: with allocation id \w+)?$`)

// deploying remembers which task an attempt is, for lines that name the attempt only.
func (f *file) deploying(message string) {
	m := deployed().FindStringSubmatch(message)
	if m == nil || m[2] == "" || len(f.scanner.executions) >= executionsMax {
		return
	}
	f.scanner.executions[m[2]] = m[1] + " on " + m[3]
}

// match adds an event if the line is one of the patterns.
func (f *file) match(n int, text string, patterns []pattern) bool {
	for i := range patterns {
		p := &patterns[i]
		if !strings.Contains(text, p.has) {
			continue
		}
		fields := map[string]string{}
		if p.re != nil {
			m := p.re().FindStringSubmatch(text)
			if m == nil {
				continue
			}
			for i, name := range p.re().SubexpNames() {
				if name != "" && m[i] != "" {
					fields[name] = m[i]
				}
			}
		}
		kept := f.scanner.add(snapshot.LogEvent{
			Kind: p.kind, Time: f.at, Level: f.level, File: fmt.Sprintf("%s:%d", f.name, n), Text: clip(text), Fields: fields, Count: 1, Last: f.at,
		})
		if p.kind == ProcessStart {
			f.starts(fields["what"], fields["version"])
		}
		if kept && keepsStack(p.kind) {
			f.open = len(f.scanner.Events)
		}
		return true
	}
	return false
}

func clip(s string) string {
	if len(s) > 400 {
		return strings.ToValidUTF8(s[:400], "") + "…"
	}
	return strings.ToValidUTF8(s, "?")
}

func (s *Scanner) see(t time.Time) {
	if t.After(s.Newest) {
		s.Newest = t
	}
}

// Last returns the events of the last while before the newest line. Logs do not say
// their time zone, so only they can tell what is recent.
func Last(events []snapshot.LogEvent, newest time.Time, while time.Duration) []snapshot.LogEvent {
	at := sort.Search(len(events), func(i int) bool { return newest.Sub(events[i].Time) <= while })
	return events[at:]
}

// SinceStart returns the events since the JobManager process started last: a log
// file may go on over several runs.
func SinceStart(events []snapshot.LogEvent) []snapshot.LogEvent {
	for i := len(events) - 1; i >= 0; i-- {
		if e := &events[i]; e.Kind == ProcessStart && strings.HasSuffix(e.Fields["what"], "ClusterEntrypoint") {
			return events[i:]
		}
	}
	return events
}

// add keeps an event; beyond the bound of its kind it only counts.
func (s *Scanner) add(e snapshot.LogEvent) (kept bool) {
	if at, ok := s.last[e.Kind]; ok && s.perKind[e.Kind] >= perKindMax {
		s.Events[at].Count++
		s.Events[at].Last = e.Time
		return false
	}
	s.perKind[e.Kind]++
	s.last[e.Kind] = len(s.Events)
	s.Events = append(s.Events, e)
	return true
}
