package costs

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/pprof/profile"
)

// write writes a profile. Stacks list the outermost function first.
func write(t *testing.T, samples map[string]struct {
	stack []string
	value int64
}) string {
	t.Helper()
	p := &profile.Profile{SampleType: []*profile.ValueType{{Type: "cpu", Unit: "nanoseconds"}}}
	known := map[string]*profile.Location{}
	for _, s := range samples {
		sample := &profile.Sample{Value: []int64{s.value}}
		for i := len(s.stack) - 1; i >= 0; i-- {
			name := s.stack[i]
			if known[name] == nil {
				f := &profile.Function{ID: uint64(len(known) + 1), Name: name}
				known[name] = &profile.Location{ID: f.ID, Line: []profile.Line{{Function: f}}}
				p.Function, p.Location = append(p.Function, f), append(p.Location, known[name])
			}
			sample.Location = append(sample.Location, known[name])
		}
		p.Sample = append(p.Sample, sample)
	}
	name := filepath.Join(t.TempDir(), "cpu")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := p.Write(f); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestStepsAreTheMostExpensiveCallsOfTheProject(t *testing.T) {
	t.Parallel()
	file := write(t, map[string]struct {
		stack []string
		value int64
	}{
		"library":  {[]string{"main.main", ownPrefix + "a.Root", ownPrefix + "a.Big", "lib.Parse", "lib.inner"}, 45},
		"callback": {[]string{"main.main", ownPrefix + "a.Root", ownPrefix + "a.Big", "lib.Parse", "lib.inner", ownPrefix + "a.Reader"}, 5},
		"own leaf": {[]string{"main.main", ownPrefix + "a.Root", ownPrefix + "a.Big", "lib.Call", ownPrefix + "b.Small"}, 30},
		"memory":   {[]string{"main.main", ownPrefix + "a.Root", "runtime.mallocgc"}, 15},
		"tiny":     {[]string{"main.main", ownPrefix + "a.Root", "lib.Tiny"}, 0},
		"itself":   {[]string{"main.main", ownPrefix + "a.Root"}, 5},
		"aside":    {[]string{"other.main"}, 1000},
	})
	got, err := Steps(file, "a.Root", 10)
	if err != nil {
		t.Fatal(err)
	}
	want := []Step{{"lib.Parse", 0.5}, {"b.Small", 0.3}, {"memory allocation", 0.15}, {"a.Root, itself", 0.05}}
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("step %d is %v, want %v", i, got[i], want[i])
		}
	}
	if _, err := Steps(file, "no.Such", 10); err == nil {
		t.Error("Steps accepted a root without samples")
	}
}
