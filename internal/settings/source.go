package settings

import (
	"fmt"
	"strings"
)

// SourceKind is the kind of source that a value comes from.
type SourceKind int

// The kinds of sources in ascending order of precedence.
const (
	FromDefault SourceKind = iota
	FromFile
	FromEnv
	FromFlag
	FromCommand // the command chose the value; nothing overrides it
)

// Source is the source of a value.
type Source struct {
	Kind SourceKind
	// Name is the variable or the file; empty for the other kinds.
	Name string
}

// String describes the source, for example "environment LOG_LEVEL".
func (s Source) String() string {
	switch s.Kind {
	case FromFile:
		return "file " + s.Name
	case FromEnv:
		return "environment " + s.Name
	case FromFlag:
		return "flag"
	case FromCommand:
		return "command"
	default:
		return "default"
	}
}

// ValueError reports an invalid value of a setting. It never contains a secret.
type ValueError struct {
	Setting  string // in the form that the user wrote: --flag, VARIABLE or key
	Source   Source
	Value    string // the value, empty for a secret
	Expected string
}

// Error implements error.
func (e *ValueError) Error() string {
	what := e.Setting
	if e.Source.Kind == FromFile {
		what += " in " + e.Source.Name
	}
	if e.Value != "" {
		what += fmt.Sprintf(": invalid value %.80q", e.Value)
	} else {
		what += ": invalid value"
	}
	return what + "; expected " + e.Expected
}

// valueError returns the error for an invalid value from a source.
func (b *boundSetting) valueError(from Source, text, expected string) error {
	e := &ValueError{Setting: "--" + b.Name, Source: from, Value: text, Expected: expected}
	switch from.Kind {
	case FromEnv:
		e.Setting = from.Name
	case FromFile, FromDefault, FromCommand:
		e.Setting = b.Name
	}
	if b.IsSecret() || hasScheme.MatchString(text) && strings.Contains(text, "@") { // the URL may contain a password
		e.Value = ""
	}
	return e
}
