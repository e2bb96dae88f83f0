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

// processAttributes make the browser the leader of a group of its own, and have the
// kernel end it where this process is killed.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func lockFile(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

// killAll kills the browser's group and every descendant that left it (the crash
// handler and the sandbox's helpers do), and waits until none of them is there.
func (p *process) killAll(ctx context.Context) error {
	leader := p.cmd.Process.Pid
	tree := descendants(leader) // now, because orphans have another parent
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
			return fmt.Errorf("end the browser %d: %w", leader, ctx.Err())
		case <-tick.C:
		}
		select {
		case <-p.exited:
		default:
			continue
		}
		// Where this process is the first of a container, orphans become its children
		// and nobody else takes their end.
		reap(-leader)
		gone := errors.Is(syscall.Kill(-leader, 0), syscall.ESRCH)
		for _, d := range tree {
			reap(d.pid)
			gone = gone && !d.alive()
		}
		if gone {
			return nil
		}
	}
}

// reap takes the end of children that are dead, of a process or (negative) a group.
func reap(pid int) {
	for {
		got, err := syscall.Wait4(pid, nil, syscall.WNOHANG, nil)
		if got <= 0 || err != nil {
			return
		}
	}
}

// processID is one process of a tree; started tells it from a later one of the same
// number.
type processID struct {
	pid     int
	started string
}

// alive says whether it is there, and more than a zombie that its parent has not
// taken the end of yet.
func (r processID) alive() bool {
	state, _, started, err := processStatus(r.pid)
	return err == nil && started == r.started && state != "Z" && state != "X"
}

// descendants are the processes below one, itself not among them.
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

// processStatus reads /proc/PID/stat (proc(5)): state, parent and start time. The name,
// in parentheses, may hold anything.
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

// memoryUsage is what a browser's processes hold, in bytes: what is their own or
// shared, without the pages of files, which all of them map and which the kernel
// can drop. It is the leader's and its descendants'.
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
