//go:build unix && !linux

package render

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"
)

// processAttributes makes the browser the leader of a process group.
func processAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// killAll kills the process group of the browser and waits until it has ended.
func (p *process) killAll(ctx context.Context) error {
	leader := p.cmd.Process.Pid
	_ = syscall.Kill(-leader, syscall.SIGKILL)
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
			if errors.Is(syscall.Kill(-leader, 0), syscall.ESRCH) {
				return nil
			}
		default:
		}
	}
}

// memoryUsage returns 0: the memory is unknown on this platform, so Config.MaxMemory has no effect.
func (p *process) memoryUsage() int64 { return 0 }
