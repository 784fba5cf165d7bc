package formattest

import (
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format"
)

// RunStory runs a file of decode and encode commands against f. The first
// line of a command's input is "schema: …", the second may be
// "options: key=value & key=value"; every further line is a message. In
// options and messages \n stands for a line feed written as "␤".
//
//	decode   prints the rows of each message, or its error
//	file     decodes the lines as one file, through Split
//	encode   decodes each line as JSON (json is used to state rows) and prints it as f writes it
func RunStory(t *testing.T, path string, f, json format.Factory) {
	datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
		schemaText, options, lines := parts(d.Input)
		schema := Schema(schemaText)
		out := batch.NewBatch(schema, 8)
		var text strings.Builder
		switch d.Cmd {
		case "decode", "file":
			dec, err := f.NewDecoder(schema, options)
			if err != nil {
				return "refused: " + err.Error() + "\n"
			}
			if d.Cmd == "file" {
				lines = split(t, dec, strings.Join(lines, "\n")+"\n")
			}
			for _, line := range lines {
				out.Reset()
				if err := dec.Decode([]byte(line), out); err != nil {
					text.WriteString("malformed: " + reason(err) + "\n")
				}
				Check(t, out)
				text.WriteString(visible(Rows(out)))
			}
		case "encode":
			enc, err := f.NewEncoder(schema, options)
			if err != nil {
				return "refused: " + err.Error() + "\n"
			}
			dec, err := json.NewDecoder(schema, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range lines {
				out.Reset()
				if err := dec.Decode([]byte(line), out); err != nil {
					t.Fatal(err)
				}
				for i := range out.N {
					msg, err := enc.Encode(nil, out, i)
					if err != nil {
						text.WriteString("error: " + err.Error() + "\n")
						continue
					}
					text.WriteString(visible(string(msg)) + "\n")
				}
			}
		default:
			t.Fatalf("unknown command %q", d.Cmd)
		}
		if text.Len() == 0 {
			return "nothing\n"
		}
		return text.String()
	})
}

// reason shortens the error to what the format says; the text of the message
// is in the story already.
func reason(err error) string {
	if m, ok := err.(*format.Malformed); ok {
		return visible(m.Reason)
	}
	return err.Error()
}

func visible(s string) string {
	body, last := strings.CutSuffix(s, "\n")
	_ = last
	lines := strings.Split(body, "\n+I")
	for i, l := range lines {
		lines[i] = strings.ReplaceAll(strings.ReplaceAll(l, "\n", "␤"), "\t", "␉")
	}
	s = strings.Join(lines, "\n+I")
	if last {
		s += "\n"
	}
	return s
}

func parts(input string) (schema string, options map[string]string, lines []string) {
	for _, line := range strings.Split(input, "\n") {
		if rest, ok := strings.CutPrefix(line, "schema: "); ok {
			schema = rest
			continue
		}
		if rest, ok := strings.CutPrefix(line, "options: "); ok {
			options = map[string]string{}
			for _, pair := range strings.Split(rest, " & ") {
				key, value, _ := strings.Cut(pair, "=")
				options[key] = value
			}
			continue
		}
		line = strings.ReplaceAll(line, "␤", "\n")
		line = strings.ReplaceAll(line, "␉", "\t")
		if line == "<empty>" {
			line = ""
		}
		lines = append(lines, line)
	}
	return schema, options, lines
}

func split(t *testing.T, dec format.Decoder, data string) (messages []string) {
	find := dec.(format.StreamDecoder).Split()
	for data != "" {
		n, token, err := find([]byte(data), true)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
		if token != nil {
			messages = append(messages, string(token))
		}
		data = data[n:]
	}
	return messages
}
