package settings

import (
	"fmt"
	"strings"
)

// SourceKind is a kind of place that a value comes from.
type SourceKind int

// The kinds; of several, the later one in this list counts.
const (
	FromDefault SourceKind = iota
	FromFile
	FromEnv
	FromFlag
	FromCommand // the command decided on it and can't be overridden
)

// Source is where a value comes from.
type Source struct {
	Kind SourceKind
	// Name is the variable's or the file's; empty for the other kinds.
	Name string
}

// String names the source for a person.
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

// ValueError says that a setting has a value that it can't have. It never shows a
// secret.
type ValueError struct {
	Setting  string // as its user wrote it: --flag, VARIABLE or key
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
		what += fmt.Sprintf(": %.80q is not possible", e.Value)
	} else {
		what += ": its value is not possible"
	}
	return what + "; write " + e.Expected
}

// valueError makes the error for a value from a source.
func (b *boundSetting) valueError(from Source, shown, expected string) error {
	e := &ValueError{Setting: "--" + b.Name, Source: from, Value: shown, Expected: expected}
	switch from.Kind {
	case FromEnv:
		e.Setting = from.Name
	case FromFile, FromDefault, FromCommand:
		e.Setting = b.Name
	}
	if b.IsSecret() || hasScheme.MatchString(shown) && strings.Contains(shown, "@") { // a password may be in it
		e.Value = ""
	}
	return e
}
