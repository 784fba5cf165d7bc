// Command corpus plays the cases of the doctor's corpus, on flott or on a real
// Flink, shows what the doctor says of each, and keeps them as bundles if asked.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/doctor"
	"github.com/flottstream/flott/internal/doctor/bundle"
	"github.com/flottstream/flott/internal/doctor/rules"
	"github.com/flottstream/flott/internal/drill"
)

// root is the folder of cases and bundles.
const root = "internal/doctor/testdata"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "corpus: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	engine := flag.String("engine", "flott", "flott or flink")
	only := flag.String("only", "", "regular expression that names of cases match")
	into := flag.String("into", "", "folder to keep bundles in; none: they are only looked at")
	program := flag.String("flott", "./flott", "the binary")
	port := flag.Int("port", 0, "REST port of the Flink that is started (8481)")
	notYet := flag.Bool("missing", false, "only cases without a bundle in the folder")
	onlyLook := flag.Bool("look", false, "do not play: say what the doctor says of the bundles in the folder")
	flag.Parse()
	pattern, err := regexp.Compile("^(" + *only + ")")
	if err != nil {
		return err
	}
	if *onlyLook {
		return lookAll(ctx, *into, pattern)
	}
	o := drill.Options{Engine: drill.Engine(*engine), Flott: *program, Script: "scripts/flink", Port: *port}
	jars := ""
	if o.Engine == drill.Flink {
		if jars, err = faultsJar(ctx, o.Script); err != nil {
			return err
		}
		defer os.Remove(jars)
	}
	stage, err := drill.NewStage(o, jars)
	if err != nil {
		return err
	}
	defer stage.Close()
	folder := *into
	if folder == "" {
		if folder, err = os.MkdirTemp("", "corpus-"); err != nil {
			return err
		}
		defer os.RemoveAll(folder)
	}
	paths, err := filepath.Glob(filepath.Join(root, "faults/cases/*.sql"))
	if err != nil {
		return err
	}
	var cases []*drill.Case
	for _, p := range paths {
		c, err := drill.ReadCase(p)
		if err != nil {
			return err
		}
		if c.Plays(o.Engine) && pattern.MatchString(c.Name) {
			cases = append(cases, c)
		}
	}
	// Cases that break the cluster come last.
	slices.SortStableFunc(cases, func(a, b *drill.Case) int { return strings.Compare(breaks(a), breaks(b)) })
	right := 0
	for _, c := range cases {
		file := filepath.Join(folder, prefix(o.Engine)+c.Name+".tgz")
		if _, err := os.Stat(file); err == nil && *notYet {
			continue
		}
		if err := stage.Play(ctx, c, file); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			fmt.Printf("BROKEN %-28s %v\n", c.Name, err)
			continue
		}
		named, err := look(ctx, file)
		if err != nil {
			return err
		}
		word := "WRONG "
		if slices.Equal(named, c.Expect) {
			word = "right "
			right++
		}
		fmt.Printf("%s %-28s expected %v, named %v\n", word, c.Name, c.Expect, named)
	}
	fmt.Printf("%d of %d cases right\n", right, len(cases))
	return nil
}

// lookAll asks the doctor about all bundles of a folder.
func lookAll(ctx context.Context, folder string, pattern *regexp.Regexp) error {
	paths, err := filepath.Glob(filepath.Join(folder, "*.tgz"))
	if err != nil {
		return err
	}
	for _, p := range paths {
		name := strings.TrimSuffix(filepath.Base(p), ".tgz")
		if !pattern.MatchString(strings.TrimPrefix(strings.TrimPrefix(name, "flott-"), "flink-2.3-")) {
			continue
		}
		c, err := drill.ReadCase(filepath.Join(root, "faults/cases", strings.TrimPrefix(strings.TrimPrefix(name, "flott-"), "flink-2.3-")+".sql"))
		if err != nil {
			return err
		}
		named, err := look(ctx, p)
		if err != nil {
			return err
		}
		word := "right "
		if !slices.Equal(named, c.Expect) {
			word = "WRONG "
		}
		fmt.Printf("%s %-36s expected %v, named %v\n", word, name, c.Expect, named)
	}
	return nil
}

func breaks(c *drill.Case) string {
	return strings.Join(c.Cluster, " ") + strings.Join(c.Env, " ") + c.Do
}

func prefix(e drill.Engine) string {
	if e == drill.Flink {
		return "flink-2.3-"
	}
	return "flott-"
}

// look asks the doctor about a bundle.
func look(ctx context.Context, file string) ([]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := bundle.Read(f)
	if err != nil {
		return nil, err
	}
	snap, err := doctor.FromBundle(ctx, b, "", nil)
	if err != nil {
		return nil, err
	}
	var named []string
	for _, c := range rules.Diagnose(snap).Chains {
		named = append(named, c.Root.Cause)
	}
	return named, nil
}

// faultsJar compiles what SQL alone cannot do.
func faultsJar(ctx context.Context, script string) (string, error) {
	home, err := exec.CommandContext(ctx, script, "home").Output()
	if err != nil {
		return "", fmt.Errorf("scripts/flink home: %w", err)
	}
	dir, err := os.MkdirTemp("", "faults-")
	if err != nil {
		return "", err
	}
	sources, err := filepath.Glob(filepath.Join(root, "faults/java/flott/*.java"))
	if err != nil {
		return "", err
	}
	args := append([]string{"-nowarn", "-cp", strings.TrimSpace(string(home)) + "/lib/*", "-d", dir}, sources...)
	if out, err := exec.CommandContext(ctx, "javac", args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("javac: %w\n%s", err, out)
	}
	services := filepath.Join(dir, "META-INF/services")
	text, err := os.ReadFile(filepath.Join(root, "faults/java/org.apache.flink.table.factories.Factory"))
	if err == nil {
		err = os.MkdirAll(services, 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(services, "org.apache.flink.table.factories.Factory"), text, 0o644)
	}
	jar := filepath.Join(os.TempDir(), fmt.Sprintf("faults-%d.jar", time.Now().UnixNano()))
	if err == nil {
		err = exec.CommandContext(ctx, "jar", "cf", jar, "-C", dir, ".").Run()
	}
	return jar, errors.Join(err, os.RemoveAll(dir))
}
