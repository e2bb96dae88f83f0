package telemetry

import "github.com/go-logr/logr"

// Demote returns a logger that logs at debug the errors for which expected returns true. It
// serves libraries that log as errors what is part of normal operation.
func Demote(log logr.Logger, expected func(err error, message string) bool) logr.Logger {
	if log.GetSink() == nil {
		return log
	}
	return log.WithSink(demotingSink{log.GetSink(), expected})
}

// demotingSink is the LogSink of Demote.
type demotingSink struct {
	logr.LogSink
	expected func(err error, message string) bool
}

// Error implements logr.LogSink.
func (s demotingSink) Error(err error, message string, keysAndValues ...any) {
	if !s.expected(err, message) {
		s.LogSink.Error(err, message, keysAndValues...)
		return
	}
	if s.Enabled(1) {
		s.Info(1, message, append(keysAndValues, "error", err.Error())...)
	}
}

// WithValues implements logr.LogSink.
func (s demotingSink) WithValues(keysAndValues ...any) logr.LogSink {
	return demotingSink{s.LogSink.WithValues(keysAndValues...), s.expected}
}

// WithName implements logr.LogSink.
func (s demotingSink) WithName(name string) logr.LogSink {
	return demotingSink{s.LogSink.WithName(name), s.expected}
}
