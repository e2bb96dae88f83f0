package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// processAttributes makes the browser the leader of a process group. The kernel kills the browser when
// this process ends.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// killAll kills the process group of the browser and every descendant that left the group, such as the
// crash handler and the sandbox helpers. It waits until all of them have ended.
func (p *process) killAll(ctx context.Context) error {
	leader := p.cmd.Process.Pid
	tree := descendants(leader) // before the kill, because orphans get a new parent
	_ = syscall.Kill(-leader, syscall.SIGKILL)
	for _, d := range tree {
		if d.alive() {
			_ = syscall.Kill(d.pid, syscall.SIGKILL)
		}
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("kill browser %d: %w", leader, ctx.Err())
		case <-tick.C:
		}
		select {
		case <-p.exited:
		default:
			continue
		}
		// If this process is PID 1 of a container, orphans become its children, and it must
		// reap them.
		reap(-leader)
		ended := errors.Is(syscall.Kill(-leader, 0), syscall.ESRCH)
		for _, d := range tree {
			reap(d.pid)
			ended = ended && !d.alive()
		}
		if ended {
			return nil
		}
	}
}

// reap waits for ended children: the one with a process ID or, if pid is negative, those of a process
// group. It does not block.
func reap(pid int) {
	for {
		got, err := syscall.Wait4(pid, nil, syscall.WNOHANG, nil)
		if got <= 0 || err != nil {
			return
		}
	}
}

// processID identifies a process. started distinguishes processes that had the same PID.
type processID struct {
	pid     int
	started string
}

// alive reports whether the process exists and has not ended. An ended process that was not waited for
// has the state Z or X (proc(5)).
func (r processID) alive() bool {
	state, _, started, err := processStatus(r.pid)
	return err == nil && started == r.started && state != "Z" && state != "X"
}

// descendants returns the descendants of a process.
func descendants(leader int) []processID {
	stats, _ := filepath.Glob("/proc/[0-9]*")
	children := map[int][]processID{}
	for _, dir := range stats {
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			continue
		}
		if _, parent, started, err := processStatus(pid); err == nil {
			children[parent] = append(children[parent], processID{pid, started})
		}
	}
	var all []processID
	queue := []int{leader}
	for n := 0; n < len(queue) && n < 10_000; n++ {
		for _, c := range children[queue[n]] {
			all = append(all, c)
			queue = append(queue, c.pid)
		}
	}
	return all
}

// processStatus returns the state, parent and start time from /proc/PID/stat (proc(5)). The command
// name, in parentheses, may contain any characters.
func processStatus(pid int) (state string, parent int, started string, err error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", 0, "", err
	}
	f := bytes.Fields(raw[bytes.LastIndexByte(raw, ')')+1:])
	if len(f) < 20 {
		return "", 0, "", fmt.Errorf("/proc/%d/stat: %d fields", pid, len(f))
	}
	parent, err = strconv.Atoi(string(f[1]))
	return string(f[0]), parent, string(f[19]), err
}

// memoryUsage returns the anonymous and shared memory of the browser and its descendants, in bytes. It
// excludes file mappings, which the processes share and the kernel can drop.
func (p *process) memoryUsage() int64 {
	total := int64(0)
	for _, d := range append(descendants(p.cmd.Process.Pid), processID{pid: p.cmd.Process.Pid}) {
		raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.pid))
		if err != nil {
			continue
		}
		for _, name := range [...]string{"\nRssAnon:", "\nRssShmem:"} {
			if _, rest, ok := bytes.Cut(raw, []byte(name)); ok {
				if f := bytes.Fields(rest); len(f) > 0 {
					kib, _ := strconv.ParseInt(string(f[0]), 10, 64)
					total += kib << 10
				}
			}
		}
	}
	return total
}
