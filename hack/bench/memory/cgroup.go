package memory

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// cgroup limits and measures the memory of the processes in it.
type cgroup struct {
	dir     string
	version int // 1 or 2
}

// errNoCgroup means that this process may not create a cgroup with a memory limit.
var errNoCgroup = errors.New("no cgroup with a memory limit can be created; run as root, in cgroup v1 or in the root cgroup of v2")

// root is where systems mount cgroups.
const root = "/sys/fs/cgroup"

// newCgroup creates a cgroup that may use limit bytes of memory.
func newCgroup(limit int64) (*cgroup, error) {
	name := "clausea-bench-" + strconv.Itoa(os.Getpid())
	g := &cgroup{dir: filepath.Join(root, "memory", name), version: 1}
	if _, err := os.Stat(filepath.Join(root, "cgroup.controllers")); err == nil {
		g = &cgroup{dir: filepath.Join(root, name), version: 2}
		// It fails if the controller is enabled already and cannot be enabled by this process.
		_ = os.WriteFile(filepath.Join(root, "cgroup.subtree_control"), []byte("+memory"), 0o600)
	}
	if err := os.Mkdir(g.dir, 0o755); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoCgroup, err)
	}
	if err := os.WriteFile(g.file("memory.limit_in_bytes", "memory.max"), []byte(strconv.FormatInt(limit, 10)), 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", errNoCgroup, err), os.Remove(g.dir))
	}
	return g, nil
}

// file returns the path of a file of this cgroup, which has different names in the two versions.
func (g *cgroup) file(v1, v2 string) string {
	if g.version == 1 {
		return filepath.Join(g.dir, v1)
	}
	return filepath.Join(g.dir, v2)
}

// command returns the arguments that run a program in the cgroup from its first instruction on.
func (g *cgroup) command(argv ...string) []string {
	return append([]string{"sh", "-c", `echo $$ > "$0" && exec "$@"`, filepath.Join(g.dir, "cgroup.procs")}, argv...)
}

// peak returns the highest use of memory in bytes, including the cache of files.
func (g *cgroup) peak() (int64, error) {
	b, err := os.ReadFile(g.file("memory.max_usage_in_bytes", "memory.peak"))
	if err != nil {
		return 0, fmt.Errorf("read the peak of the memory: %w", err)
	}
	return strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
}

// outOfMemory returns how often the system ended a process of the cgroup because of its limit.
func (g *cgroup) outOfMemory() (int64, error) {
	b, err := os.ReadFile(g.file("memory.oom_control", "memory.events"))
	if err != nil {
		return 0, fmt.Errorf("read the events of the memory: %w", err)
	}
	for line := range strings.Lines(string(b)) {
		if n, ok := strings.CutPrefix(line, "oom_kill "); ok {
			return strconv.ParseInt(strings.TrimSpace(n), 10, 64)
		}
	}
	return 0, errors.New("read the events of the memory: there is no oom_kill")
}

// close removes the cgroup, whose processes must have ended.
func (g *cgroup) close() error { return os.Remove(g.dir) }
