package settings

import (
	"strings"
	"time"
)

// Effective is a setting as it is in force.
type Effective struct {
	Name   string `json:"name"`
	Value  string `json:"value"` // a secret is "[redacted]"
	Source string `json:"source"`
}

// Effective lists the settings of a command that Load was called for, in the
// table's order, secrets redacted.
func (s *Set) Effective(command string) []Effective {
	var all []Effective
	for _, b := range s.rows {
		if b.For(command) {
			all = append(all, Effective{b.Name, b.text(s.values), b.source.String()})
		}
	}
	return all
}

// text is the value for a person.
func (b *bound) text(v *Values) string {
	switch p := b.field(v).(type) {
	case *[]string:
		return strings.Join(*p, ",")
	case *time.Duration:
		return short(*p)
	default:
		return b.value.String()
	}
}

// Variables are the settings of a command that have no flag: the help lists them
// apart.
func (s *Set) Variables(command string) []Setting {
	var all []Setting
	for _, b := range s.rows {
		if !b.Flag && b.For(command) {
			all = append(all, b.Setting)
		}
	}
	return all
}

// Variable is an environment variable with its value.
type Variable struct{ Name, Value string }

// Given are the variables by which another process of command gets the settings that
// this one was given, whatever by, in the table's order. Secrets are left out, and
// what lies in this process's own files: those of config, data-dir and ca-file.
func (v *Values) Given(command string) []Variable {
	var all []Variable
	for _, b := range v.set.rows {
		field := b.field(v)
		own := field == any(&v.Config) || field == any(&v.DataDir) || field == any(&v.CAFile)
		if own || b.Secret() || !b.For(command) || len(b.Env) == 0 || b.source.Kind == FromDefault && !b.flag.Changed {
			continue
		}
		all = append(all, Variable{b.Env[0], b.text(v)})
	}
	return all
}
