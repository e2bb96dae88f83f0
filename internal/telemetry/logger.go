// Package telemetry provides logging and metrics. The logger is logr with zap; it writes
// one JSON object per line, or readable text on a terminal, and redacts secrets. Metrics
// are Prometheus metrics in a separate registry.
package telemetry

import (
	"fmt"
	"io"

	"github.com/go-logr/logr"
	"github.com/go-logr/zapr"
	"go.uber.org/zap"
	"go.uber.org/zap/buffer"
	"go.uber.org/zap/zapcore"
)

// The log formats.
const (
	FormatAuto    = "auto" // console on a terminal, JSON elsewhere
	FormatConsole = "console"
	FormatJSON    = "json"
)

// LogOptions configures a logger.
type LogOptions struct {
	Level    string // debug, info, warn or error; logr's V(1) is debug
	Format   string // FormatAuto, FormatConsole or FormatJSON
	Terminal bool   // Out is a terminal
	Out      io.Writer
	Redact   Redactor
}

// JSON reports whether the logger writes JSON.
func (o LogOptions) JSON() bool {
	return o.Format == FormatJSON || o.Format == FormatAuto && !o.Terminal
}

// NewLogger returns a logger that writes every line to o.Out unbuffered. The Redactor
// processes whole lines, so it covers messages, keys, values, nested values and errors. An
// unknown level or format is an error.
func NewLogger(o LogOptions) (logr.Logger, error) {
	var level zapcore.Level
	if err := level.UnmarshalText([]byte(o.Level)); err != nil {
		return logr.Discard(), fmt.Errorf("create the logger: unknown level %q; expected debug, info, warn or error", o.Level)
	}
	var enc zapcore.Encoder
	switch {
	case o.JSON():
		enc = zapcore.NewJSONEncoder(encoding(zapcore.RFC3339NanoTimeEncoder, zapcore.LowercaseLevelEncoder))
	case o.Format == FormatConsole, o.Format == FormatAuto:
		enc = zapcore.NewConsoleEncoder(encoding(zapcore.TimeEncoderOfLayout("15:04:05.000"), zapcore.CapitalLevelEncoder))
	default:
		return logr.Discard(), fmt.Errorf("create the logger: unknown format %q; expected auto, console or json", o.Format)
	}
	core := zapcore.NewCore(redactingEncoder{enc, o.Redact}, zapcore.Lock(zapcore.AddSync(o.Out)), level)
	return zapr.NewLogger(zap.New(core)), nil
}

func encoding(clock zapcore.TimeEncoder, level zapcore.LevelEncoder) zapcore.EncoderConfig {
	return zapcore.EncoderConfig{
		TimeKey: "ts", LevelKey: "level", NameKey: "logger", MessageKey: "message", StacktraceKey: "stacktrace",
		LineEnding: zapcore.DefaultLineEnding, EncodeTime: clock, EncodeLevel: level,
		EncodeDuration: zapcore.StringDurationEncoder, EncodeName: zapcore.FullNameEncoder,
	}
}

// redactingEncoder redacts secrets from encoded lines, so no log call can bypass it.
type redactingEncoder struct {
	zapcore.Encoder
	redact Redactor
}

// Clone implements zapcore.Encoder. Logger.With calls it.
func (e redactingEncoder) Clone() zapcore.Encoder {
	return redactingEncoder{e.Encoder.Clone(), e.redact}
}

// EncodeEntry implements zapcore.Encoder.
func (e redactingEncoder) EncodeEntry(entry zapcore.Entry, fields []zapcore.Field) (*buffer.Buffer, error) {
	line, err := e.Encoder.EncodeEntry(entry, fields)
	if err != nil {
		return nil, err
	}
	clean := e.redact.String(line.String())
	line.Reset()
	line.AppendString(clean)
	return line, nil
}
