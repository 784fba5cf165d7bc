package doctor

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/doctor/bundle"
	"github.com/flottstream/flott/internal/doctor/report"
	"github.com/flottstream/flott/internal/doctor/rules"
)

// Every bundle of testdata/corpus was recorded from a real cluster with a known
// fault, or none: the doctor names exactly that. The causes are in the bundle.
func TestCorpus(t *testing.T) {
	paths, err := filepath.Glob("testdata/corpus/*.tgz")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no recorded cases: %v", err)
	}
	var right, wrong, missed int
	for n, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".tgz"), func(t *testing.T) {
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			b, err := bundle.Read(f)
			if err != nil {
				t.Fatal(err)
			}
			snap, err := FromBundle(t.Context(), b, "", nil)
			if err != nil {
				t.Fatal(err)
			}
			d := rules.Diagnose(snap)
			var named []string
			for _, c := range d.Chains {
				named = append(named, c.Root.Cause)
			}
			for _, want := range b.Meta.Expect {
				if slices.Contains(named, want) {
					right++
				} else {
					missed++
					t.Errorf("%s was not named; causes are %v", want, named)
				}
			}
			for _, got := range named {
				if !slices.Contains(b.Meta.Expect, got) {
					wrong++
					t.Errorf("%s was named, and is not there; it is %v", got, b.Meta.Expect)
				}
			}
			if len(named) > 0 && len(b.Meta.Expect) > 0 && named[0] != b.Meta.Expect[0] {
				t.Errorf("the first cause is %s, want %s", named[0], b.Meta.Expect[0])
			}
			showAll(t, snap.Target, func(out *bytes.Buffer) error {
				lang := []report.Language{report.English, report.Chinese}[n%2] // one of them is enough for each
				if err := report.HTML(out, snap, d, lang); err != nil {
					return err
				}
				if err := report.JSON(out, snap, d, lang); err != nil {
					return err
				}
				if err := report.Text(out, snap, d, report.Style{Language: lang, Width: 80, Color: true, Verbose: true}); err != nil {
					return err
				}
				return report.Markdown(out, snap, d, lang)
			})
		})
	}
	t.Logf("%d cases: %d causes named, %d missed, %d named that are not there", len(paths), right, missed, wrong)
}

// showAll writes reports and looks for marks of sentences that went wrong.
func showAll(t *testing.T, target string, write func(*bytes.Buffer) error) {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); strings.Contains(text, "%!") || strings.Contains(text, "NaN") || !strings.Contains(text, target) {
		at := strings.Index(text, "%!")
		if at < 0 {
			at = max(strings.Index(text, "NaN"), 0)
		}
		t.Errorf("a sentence went wrong: …%s…", text[max(0, at-100):min(len(text), at+100)])
	}
}
