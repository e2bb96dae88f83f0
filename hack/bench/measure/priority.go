package measure

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Scheduling policies of sched(7).
const (
	schedOther = 0 // SCHED_OTHER
	schedRR    = 2 // SCHED_RR
)

// PrioritizeOnCore gives this process, and the programs that it starts from now on,
// real-time priority, so that other load on the machine does not distort measured
// times. undo restores the default policy. It needs root. A nice value is not enough:
// Linux autogroup scheduling divides CPU time by session first.
func PrioritizeOnCore() (undo func(), err error) {
	if err := setScheduling(schedRR, 1); err != nil {
		_ = setScheduling(schedOther, 0)
		return func() {}, err
	}
	return func() { _ = setScheduling(schedOther, 0) }, nil
}

// setScheduling sets the policy of all threads. On Linux each thread has a policy of its
// own, and a new thread inherits that of its creator.
func setScheduling(policy, priority uint32) error {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return fmt.Errorf("set the scheduling: %w", err)
	}
	for _, t := range threads {
		tid, err := strconv.Atoi(t.Name())
		if err != nil {
			continue
		}
		if err := unix.SchedSetAttr(tid, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: policy, Priority: priority}, 0); err != nil {
			return fmt.Errorf("set the scheduling to policy %d: %w", policy, err)
		}
	}
	return nil
}
