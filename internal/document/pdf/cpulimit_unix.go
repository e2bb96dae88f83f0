//go:build unix

package pdf

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// limitCPU limits the CPU time of all threads of the process (setrlimit(2), RLIMIT_CPU). The
// kernel sends SIGXCPU at the limit, and SIGKILL cpuGrace later.
func limitCPU(cpu time.Duration) {
	exceeded := make(chan os.Signal, 1)
	signal.Notify(exceeded, syscall.SIGXCPU)
	go func() {
		<-exceeded
		os.Exit(exitTooSlow)
	}()
	var limit syscall.Rlimit
	setSeconds(&limit.Cur, cpu)
	setSeconds(&limit.Max, cpu+cpuGrace)
	_ = syscall.Setrlimit(syscall.RLIMIT_CPU, &limit) // fails only if a stricter limit is set
}

// setSeconds sets a limit. The type of a limit depends on the operating system.
func setSeconds[N int64 | uint64](limit *N, d time.Duration) { *limit = N(d / time.Second) }
