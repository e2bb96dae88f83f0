package settings

import (
	"fmt"
	"io"
)

// redacted is what every form of a Secret shows, and an empty one nothing.
const redacted = "[redacted]"

// Secret is a text that no way of printing shows: not with any verb of fmt, not in
// JSON or YAML, not in a log. Reveal gives it.
type Secret struct {
	// A function, not a string: fmt reads unexported fields of structs without
	// asking their methods.
	reveal func() string
}

// NewSecret makes a Secret.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{func() string { return text }}
}

// Reveal is the text itself, for the call that needs it.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// IsEmpty says that there is nothing to hide.
func (s Secret) IsEmpty() bool { return s.reveal == nil }

// String implements fmt.Stringer.
func (s Secret) String() string {
	if s.IsEmpty() {
		return ""
	}
	return redacted
}

// Format implements fmt.Formatter: all verbs print what String gives.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText implements encoding.TextMarshaler; JSON and YAML use it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalLog implements logr.Marshaler.
func (s Secret) MarshalLog() any { return s.String() }

// secretValue is a Secret as a pflag.Value.
type secretValue struct{ s *Secret }

func (v secretValue) String() string {
	if v.s == nil {
		return ""
	}
	return v.s.String()
}

func (v secretValue) Set(text string) error {
	*v.s = NewSecret(text)
	return nil
}

func (secretValue) Type() string { return "string" }
