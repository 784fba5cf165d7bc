package align

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/flottstream/flott/internal/stream"
)

// Stories: `new channels=N [ordered=(C,…)]`, then lines; the answer is the verdict
// after each line. A line may start with "@MS", the time from there on.
//
//	barrier CHANNEL ID [FLAGS]     reached
//	announced CHANNEL ID [FLAGS]   put into the queue
//	triggered ID [FLAGS]           by the JobManager
//	end CHANNEL | end-announced CHANNEL | tick | deadline | aborted ID
//	rows CHANNEL BYTES
//
// FLAGS: unaligned, timeout=MS, at-least-once (else aligned), from=MS (trigger).
func TestStories(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		var s story
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "new" {
				var n int
				d.ScanArgs(t, "channels", &n)
				s = story{a: New(n)}
				for _, arg := range d.CmdArgs {
					if arg.Key != "ordered" {
						continue
					}
					for i := range arg.Vals {
						var c int
						arg.Scan(t, i, &c)
						s.a.KeepOrder(c)
					}
				}
				return ""
			}
			var out strings.Builder
			for line := range strings.Lines(d.Input) {
				line = strings.TrimSpace(line)
				answer, err := s.do(strings.Fields(line))
				if err != nil {
					t.Fatalf("%s: %q: %v", d.Pos, line, err)
				}
				fmt.Fprintf(&out, "%s:%s\n", line, answer)
			}
			return out.String()
		})
	})
}

type story struct {
	a   *Aligner
	now int64
}

func (s *story) do(words []string) (string, error) {
	if at, ok := strings.CutPrefix(words[0], "@"); ok {
		if _, err := fmt.Sscan(at, &s.now); err != nil {
			return "", err
		}
		words = words[1:]
	}
	var args [2]int64
	for i := range min(len(words)-1, 2) {
		fmt.Sscan(words[i+1], &args[i])
	}
	channel := int(args[0])
	switch words[0] {
	case "barrier", "announced":
		b, err := barrier(args[1], words[3:])
		if err != nil {
			return "", err
		}
		if words[0] == "barrier" {
			return describe(s.a.Barrier(channel, b, s.now)), nil
		}
		return describe(s.a.Announced(channel, b, s.now)), nil
	case "triggered":
		b, err := barrier(args[0], words[2:])
		if err != nil {
			return "", err
		}
		return describe(s.a.Triggered(b, s.now)), nil
	case "end":
		return describe(s.a.End(channel, s.now)), nil
	case "end-announced":
		return describe(s.a.EndAnnounced(channel, s.now)), nil
	case "tick":
		return describe(s.a.Tick(s.now)), nil
	case "aborted":
		return describe(s.a.Aborted(args[0])), nil
	case "deadline":
		if at := s.a.Deadline(); at != math.MaxInt64 {
			return fmt.Sprint(" ", at), nil
		}
		return " never", nil
	case "rows":
		if !s.a.Active() {
			return " process", nil
		}
		if s.a.Rows(channel, args[1]) {
			return " persist, process", nil
		}
		return " count, process", nil
	}
	return "", fmt.Errorf("unknown verb")
}

func barrier(id int64, flags []string) (stream.CheckpointBarrier, error) {
	b := stream.CheckpointBarrier{ID: id, Aligned: true}
	for _, f := range flags {
		key, value, _ := strings.Cut(f, "=")
		var n int64
		fmt.Sscan(value, &n)
		switch key {
		case "unaligned":
			b.Aligned, b.Unaligned = false, true
		case "timeout":
			b.AlignedTimeout = time.Duration(n) * time.Millisecond
		case "at-least-once":
			b.Aligned = false
		case "from":
			b.Timestamp = n
		default:
			return b, fmt.Errorf("unknown flag %q", f)
		}
	}
	return b, nil
}

func describe(v Verdict) string {
	var s string
	if v.Aborted != 0 {
		s += fmt.Sprintf(" abort(%d)", v.Aborted)
	}
	if v.Unblock {
		s += " unblock-all"
	}
	if v.Start != 0 {
		s += fmt.Sprintf(" start(%d)", v.Start)
	}
	if v.Complete != nil {
		s += fmt.Sprintf(" complete(%d)", v.Complete.ID)
	}
	if v.Unaligned != nil {
		s += fmt.Sprintf(" snapshot-unaligned(%d)", v.Unaligned.ID)
		if !v.Unaligned.Unaligned || v.Unaligned.Aligned || v.Unaligned.AlignedTimeout != 0 {
			s += " THE BARRIER PASSED ON IS NOT UNALIGNED"
		}
	}
	if v.Overtake != nil {
		s += fmt.Sprintf(" overtake%v", v.Overtake)
	}
	if v.Await != nil {
		s += fmt.Sprintf(" await%v", v.Await)
	}
	if v.Done != 0 {
		s += fmt.Sprintf(" done(%d)", v.Done)
	}
	if v.Block {
		s += " block"
	}
	if m := v.Metrics; m.StartDelay != 0 || m.Alignment != 0 || m.Processed != 0 || m.Unaligned {
		s += fmt.Sprintf(" {delay %v alignment %v processed %d unaligned %v}", m.StartDelay, m.Alignment, m.Processed, m.Unaligned)
	}
	if s == "" {
		s = " pass"
	}
	return s
}
