package render

import (
	"context"
	"fmt"
	"syscall"
)

// processAttributes returns no attributes. The crawler cannot start a browser on Windows, where a
// child process inherits no pipes beside its standard streams: exec.Cmd.Start returns an error.
func processAttributes() *syscall.SysProcAttr { return nil }

// killAll kills the browser and waits until it has ended.
func (p *process) killAll(ctx context.Context) error {
	_ = p.cmd.Process.Kill()
	select {
	case <-ctx.Done():
		return fmt.Errorf("kill browser %d: %w", p.cmd.Process.Pid, ctx.Err())
	case <-p.exited:
		return nil
	}
}

// memoryUsage returns 0: the memory is unknown on this platform, so Config.MaxMemory has no effect.
func (p *process) memoryUsage() int64 { return 0 }
