package settings

import (
	"strings"
	"time"
)

// Effective is the effective value of a setting and its source.
type Effective struct {
	Name   string `json:"name"`
	Value  string `json:"value"`  // a secret is "[redacted]"
	Source string `json:"source"` // as Source.String describes it
	// OverriddenBy is the field of spec.crawl of a Company and of spec.limits of a CrawlJob
	// that overrides the value, empty if none does.
	OverriddenBy string `json:"overriddenBy,omitempty"`
}

// Effective lists the settings of a command in table order, with secrets redacted. Call
// Load for the command first.
func (s *Set) Effective(command string) []Effective {
	var all []Effective
	for _, b := range s.rows {
		if b.AppliesTo(command) {
			all = append(all, Effective{b.Name, b.format(s.values), b.source.String(), b.LimitField})
		}
	}
	return all
}

// Effective lists the settings of the command that the values were loaded for, as Set.Effective
// does.
func (v *Values) Effective() []Effective { return v.set.Effective(v.command) }

// format returns the value as text, in the form that a settings file uses.
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

// EnvOnly returns the settings of a command that have no flag. The help lists them
// separately.
func (s *Set) EnvOnly(command string) []Setting {
	var all []Setting
	for _, b := range s.rows {
		if !b.Flag && b.AppliesTo(command) {
			all = append(all, b.Setting)
		}
	}
	return all
}

// EnvVar is an environment variable and its value.
type EnvVar struct{ Name, Value string }

// Environ returns the environment variables that pass these settings to a child process
// that runs command, in table order. It omits defaults, secrets, and the settings that name
// local files: config, data-dir and ca-file.
func (v *Values) Environ(command string) []EnvVar {
	var all []EnvVar
	for _, b := range v.set.rows {
		field := b.field(v)
		local := field == any(&v.Config) || field == any(&v.DataDir) || field == any(&v.CAFile)
		if local || b.IsSecret() || !b.AppliesTo(command) || len(b.Env) == 0 || b.source.Kind == FromDefault && !b.flag.Changed {
			continue
		}
		all = append(all, EnvVar{b.Env[0], b.format(v)})
	}
	return all
}
