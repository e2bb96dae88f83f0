package settings

import (
	"fmt"
	"io"
)

// redacted replaces a non-empty Secret in all output.
const redacted = "[redacted]"

// Secret is a string that does not appear in output: not with any fmt verb, not in JSON
// or YAML, not in a log. Reveal returns the string.
type Secret struct {
	// reveal is a function, not a string, because fmt reads unexported string fields
	// without calling their methods.
	reveal func() string
}

// NewSecret returns a Secret with the given text.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{func() string { return text }}
}

// Reveal returns the text of the secret.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// IsEmpty reports whether the secret has no text.
func (s Secret) IsEmpty() bool { return s.reveal == nil }

// String implements fmt.Stringer.
func (s Secret) String() string {
	if s.IsEmpty() {
		return ""
	}
	return redacted
}

// Format implements fmt.Formatter. All verbs print the result of String.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText implements encoding.TextMarshaler, which JSON and YAML use.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalLog implements logr.Marshaler.
func (s Secret) MarshalLog() any { return s.String() }

// secretValue implements pflag.Value for a Secret.
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
