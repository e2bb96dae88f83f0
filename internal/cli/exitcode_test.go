package cli

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// signalDelivery is how long the test waits for the signal to take effect. A process
// that survives the signal waits for its stdin, so that only a failure could be missed.
const signalDelivery = 500 * time.Millisecond

// pauseEnv makes a test process wait between the return of Main and its exit.
const pauseEnv = "CLAUSEA_TEST_PAUSE_BEFORE_EXIT"

// mainReturned is the line that a test process prints once Main has returned.
const mainReturned = "main returned"

// pauseBeforeExit announces that Main has returned, and waits until stdin is closed.
func pauseBeforeExit() {
	fmt.Fprintln(os.Stdout, mainReturned)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// A worker whose run is canceled gets the signal and the request at the same time. It
// may act on the request and be about to exit when the signal arrives.
func TestSignalAfterMainReturnedKeepsTheExitCode(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]int{"version": exitDone, "no-such-command": exitUsage} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), argsEnv+"="+args, pauseEnv+"=1")
		stdin, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(stdout)
		for lines.Scan() && !strings.Contains(lines.Text(), mainReturned) {
		}
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		exited := make(chan struct{})
		go func() {
			defer close(exited)
			_ = cmd.Wait() // the process state has the exit code
		}()
		select {
		case <-exited:
		case <-time.After(signalDelivery):
		}
		_ = stdin.Close() // already closed if the process has exited
		<-exited
		if got := cmd.ProcessState.ExitCode(); got != want {
			t.Errorf("clausea %s: %v, want exit code %d", args, cmd.ProcessState, want)
		}
	}
}
