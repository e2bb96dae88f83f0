//go:build unix && !linux

package render

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func lockFile(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

// killAll kills the browser's group and waits until it is gone.
func (p *process) killAll(ctx context.Context) error {
	leader := p.cmd.Process.Pid
	_ = syscall.Kill(-leader, syscall.SIGKILL)
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
			if errors.Is(syscall.Kill(-leader, 0), syscall.ESRCH) {
				return nil
			}
		default:
		}
	}
}

// memory is not known here: only the number of pages bounds a browser's life.
func (p *process) memory() int64 { return 0 }
