package cli

import (
	"io"
	stdlog "log"
	"strings"

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"
	"k8s.io/klog/v2"

	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/telemetry"
)

// captureLogs makes client-go and the standard library write to the logger of this process.
// Otherwise their text mixes with JSON lines. Call it once per process, before any of them
// logs.
func captureLogs(log logr.Logger) {
	klog.SetLogger(libraryLog(log.WithName("client-go")))
	stdlog.SetFlags(0)
	stdlog.SetOutput(logWriter{log})
}

// libraryLog returns the logger for controller-runtime and client-go, which log as errors what is
// part of normal operation: that two processes write the leader lock at once and one of them
// loses, that the election ends because the process ends, and each attempt to read the lock
// during an outage of the store, whose beginning and end kubestore logs.
func libraryLog(log logr.Logger) logr.Logger {
	return telemetry.Demote(log, func(err error, message string) bool {
		switch message {
		case "Error retrieving lease lock", "Error initially creating lease lock", "Failed to update lease":
			return true
		case "error received after stop sequence was engaged":
			return err.Error() == "leader election lost"
		}
		return false
	})
}

// logWriter logs each line of a standard logger.
type logWriter struct{ log logr.Logger }

// Write implements io.Writer.
func (w logWriter) Write(p []byte) (int, error) {
	w.log.Info("message of a library", "text", strings.TrimSpace(string(p)))
	return len(p), nil
}

// reportFatal writes the error with which cmd ends to w: as a JSON line if cmd is one of the
// commands that run in pods and its logs are JSON, otherwise as text.
func (a *app) reportFatal(w io.Writer, cmd *cobra.Command, e *exitError) {
	switch cmd.Annotations[commandAnnotation] {
	case settings.CommandOperator, settings.CommandStandalone, settings.CommandWorker:
	default:
		a.printError(w, e.err)
		return
	}
	o := telemetry.LogOptions{Level: "info", Format: telemetry.FormatAuto, Terminal: isTerminal(w), Out: w, Redact: a.redact}
	if a.values != nil {
		o.Format = a.values.LogFormat
	}
	log, err := telemetry.NewLogger(o)
	if err != nil || !o.JSON() {
		a.printError(w, e.err)
		return
	}
	log.Error(e.err, "command failed", "exitCode", e.code)
}
