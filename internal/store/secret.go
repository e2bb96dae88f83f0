package store

import (
	"fmt"
	"io"
)

// redacted replaces a secret in every output.
const redacted = "REDACTED"

// Secret is a secret text. Formatting, logging and encoding it write a placeholder; only Reveal
// returns the text. The pointer hides the text from fmt, which ignores the methods of values
// in unexported fields.
type Secret struct{ text *string }

// NewSecret returns a secret with a text.
func NewSecret(text string) Secret { return Secret{&text} }

// Reveal returns the text. It must not be logged.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// String returns a placeholder.
func (Secret) String() string { return redacted }

// Format implements fmt.Formatter. It writes a placeholder for every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalLog implements logr.Marshaler. It returns a placeholder.
func (Secret) MarshalLog() any { return redacted }

// MarshalText returns a placeholder, so that JSON and other encodings do not contain the
// secret. A store stores the result of Reveal.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// RevealSecrets returns the texts of secrets for a store.
func RevealSecrets(secrets []Secret) []string {
	texts := make([]string, len(secrets))
	for i, s := range secrets {
		texts[i] = s.Reveal()
	}
	return texts
}

// NewSecrets is the inverse of RevealSecrets.
func NewSecrets(texts []string) []Secret {
	secrets := make([]Secret, len(texts))
	for i, t := range texts {
		secrets[i] = NewSecret(t)
	}
	return secrets
}
