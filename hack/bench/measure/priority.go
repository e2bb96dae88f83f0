package measure

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
)

// Priority gives this process, and the programs that it starts from now on, the
// nice value n (-20 to 19), so that what else the machine does is not taken for
// theirs where times are measured. Below 0 it needs root.
func Priority(n int) error {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return fmt.Errorf("set the priority: %w", err)
	}
	for _, t := range threads { // on Linux each has its own
		tid, err := strconv.Atoi(t.Name())
		if err != nil {
			continue
		}
		if err := syscall.Setpriority(syscall.PRIO_PROCESS, tid, n); err != nil {
			return fmt.Errorf("set the priority to %d: %w", n, err)
		}
	}
	return nil
}
