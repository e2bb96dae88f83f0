package soak

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// Secrets of the processes.
const (
	apiKey   = "soak-key"
	password = "soak-password"
)

// goLimit is the value of GOMEMLIMIT, as in a container of 512 MiB.
const goLimit = "409MiB"

// process is a standalone process that can be killed and started again.
type process struct {
	argv          []string
	port, metrics string
	log           *os.File

	mu     sync.Mutex
	cmd    *exec.Cmd
	exited chan struct{}
}

// newProcess describes a process with ports that are free now. Its log is appended to logFile.
func newProcess(ctx context.Context, binary, store, ca, sites, logFile string) (*process, error) {
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	metrics, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log of a process: %w", err)
	}
	return &process{port: port, metrics: metrics, log: log, argv: []string{
		binary, "standalone", "--store", store, "--port", port, "--metrics-port", metrics, "--ca-file", ca, "--connect-to", ":443:" + sites,
		"--allow-address", "127.0.0.1/32", "--api-rate", "0", "--api-crawls-per-day", "0", "--lease-duration", "5s",
		"--run-retention-count", "5", "--log-level", "warn", "--log-format", "json",
	}}, nil
}

func freePort(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer func() { _ = l.Close() }()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// start starts the process, which must not run.
func (p *process) start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	// It lives until kill or stop, whatever becomes of the caller's context.
	cmd := exec.CommandContext(context.Background(), p.argv[0], p.argv[1:]...)
	cmd.Env = append(os.Environ(), "GOMEMLIMIT="+goLimit, "API_KEY="+apiKey, "DASHBOARD_PASSWORD="+password)
	cmd.Stdout, cmd.Stderr = p.log, p.log
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.argv[0], err)
	}
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait() // the caller tells whether an end is expected
		close(exited)
	}()
	p.cmd, p.exited = cmd, exited
	return nil
}

// pid returns the ID of the running process.
func (p *process) pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cmd.Process.Pid
}

// running reports whether the process has not ended.
func (p *process) running() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return false
	}
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// kill ends the process at once, and waits for its end.
func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		_ = p.cmd.Process.Kill()
		<-p.exited
	}
}

// stopTimeout bounds the orderly end of a process.
const stopTimeout = 45 * time.Second

// stop asks the process to end, and waits for its end.
func (p *process) stop() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return nil
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.exited:
	case <-time.After(stopTimeout):
		_ = p.cmd.Process.Kill()
		<-p.exited
		return errors.New("a process did not end within 45 s of SIGTERM")
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("a process ended with the exit code %d", code)
	}
	return nil
}
