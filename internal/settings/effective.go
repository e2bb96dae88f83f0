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
		if b.AppliesTo(command) {
			all = append(all, Effective{b.Name, b.format(s.values), b.source.String()})
		}
	}
	return all
}

// format is the value for a person.
func (b *boundSetting) format(v *Values) string {
	switch p := b.field(v).(type) {
	case *[]string:
		return strings.Join(*p, ",")
	case *time.Duration:
		return formatDuration(*p)
	default:
		return b.value.String()
	}
}

// EnvOnly are the settings of a command that have no flag: the help lists them
// apart.
func (s *Set) EnvOnly(command string) []Setting {
	var all []Setting
	for _, b := range s.rows {
		if !b.Flag && b.AppliesTo(command) {
			all = append(all, b.Setting)
		}
	}
	return all
}

// EnvVar is an environment variable with its value.
type EnvVar struct{ Name, Value string }

// Environ are the variables by which another process of command gets the settings that
// this one was given, whatever by, in the table's order. Secrets are left out, and
// what lies in this process's own files: those of config, data-dir and ca-file.
func (v *Values) Environ(command string) []EnvVar {
	var all []EnvVar
	for _, b := range v.set.rows {
		field := b.field(v)
		own := field == any(&v.Config) || field == any(&v.DataDir) || field == any(&v.CAFile)
		if own || b.IsSecret() || !b.AppliesTo(command) || len(b.Env) == 0 || b.source.Kind == FromDefault && !b.flag.Changed {
			continue
		}
		all = append(all, EnvVar{b.Env[0], b.format(v)})
	}
	return all
}
