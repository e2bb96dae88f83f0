package measure

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// clockTick is the unit of the CPU times in /proc/PID/stat: USER_HZ, which is 100 on all
// architectures that Go supports.
const clockTick = time.Second / 100

// Memory is the resident memory of a program, in bytes.
type Memory struct {
	// Anonymous is the memory that only the program has.
	Anonymous int64
	// Files is the part of files that is mapped, mainly of the program file. The system shares
	// it, and can drop it at any time.
	Files int64
}

// Memory returns the current memory of the program.
func (r *Running) Memory() (m Memory, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.cmd.Process.Pid))
	if err != nil {
		return m, fmt.Errorf("read the memory of a program: %w", err)
	}
	for line := range strings.Lines(string(b)) {
		for name, part := range map[string]*int64{"RssAnon:": &m.Anonymous, "RssFile:": &m.Files} {
			v, ok := strings.CutPrefix(line, name)
			if !ok {
				continue
			}
			var kb int64
			if _, err := fmt.Sscan(v, &kb); err != nil {
				return m, fmt.Errorf("read the memory of a program: %w", err)
			}
			*part = kb << 10
		}
	}
	if m.Anonymous == 0 {
		return m, errors.New("read the memory of a program: its status has no RssAnon")
	}
	return m, nil
}

// CPU returns the user and system time of the program until now.
func (r *Running) CPU() (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", r.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("read the CPU time of a program: %w", err)
	}
	_, rest, _ := strings.Cut(string(b), ") ") // after the name, which may contain spaces
	fields := strings.Fields(rest)
	var user, system int64
	if len(fields) < 13 {
		return 0, errors.New("read the CPU time of a program: its stat is too short")
	}
	if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil {
		return 0, fmt.Errorf("read the CPU time of a program: %w", err)
	}
	return time.Duration(user+system) * clockTick, nil
}
