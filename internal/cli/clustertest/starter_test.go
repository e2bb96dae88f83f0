package clustertest

import (
	"os/exec"
	"runtime"
	"syscall"
)

// starter starts processes that die with this process. Such a child dies with the thread that
// started it (prctl(2), PR_SET_PDEATHSIG), so a single thread starts all of them.
type starter struct {
	calls  chan func()
	closed chan struct{}
}

func newStarter() *starter {
	s := &starter{calls: make(chan func()), closed: make(chan struct{})}
	go func() {
		runtime.LockOSThread()
		for {
			select {
			case f := <-s.calls:
				f()
			case <-s.closed:
				return
			}
		}
	}()
	return s
}

func (s *starter) start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	done := make(chan error)
	s.calls <- func() { done <- cmd.Start() }
	return <-done
}

func (s *starter) close() { close(s.closed) }
