// Package settings is the one table of what can be set, and by what: a flag, an
// environment variable, a file of settings, or a default, in this order. The
// flags, the help texts, the look-ups and docs/configuration.md all come from it.
package settings

import (
	"strings"
	"time"
)

// Setting is one row of the table.
type Setting struct {
	// Name is the flag's, without the dashes, and the key in the file of settings.
	Name string
	// Flag says that there is a command-line flag. Secrets that are only ever
	// secrets have none: other users of a machine see its processes' arguments.
	Flag bool
	// Env are the environment variables, the first that is set counts. Each is
	// read as NAME_FILE too. A setting without any is a flag only: it is not read
	// from a file of settings either.
	Env []string
	// Group is the heading in help and documentation.
	Group string
	// Default is the value as a person would write it.
	Default string
	// Commands use it; none means all commands that have settings.
	Commands []string
	// Help is a sentence without a capital or a full stop; a word in backquotes
	// is the name of the value.
	Help string

	rule  rule
	field func(*Values) any // pointer to the field, whose type is the setting's
}

// IsSecret says whether the value is kept out of all output.
func (s Setting) IsSecret() bool {
	_, ok := s.field(&Values{}).(*Secret)
	return ok
}

// AppliesTo says whether a command uses the setting.
func (s Setting) AppliesTo(command string) bool {
	for _, c := range s.Commands {
		if c == command {
			return true
		}
	}
	return len(s.Commands) == 0 || command == CommandConfig
}

// Values are the settings of one call of the program. Those that its command does
// not use have their defaults.
type Values struct {
	Config      string
	LogLevel    string
	LogFormat   string
	MetricsFile string

	Store         Secret // MongoDB's URI or a folder; it goes before MongoURI and DataDir
	MongoURI      Secret
	MongoDatabase string
	DataDir       string

	MaxPages  int
	MaxDepth  int // links from a seed
	Delay     time.Duration
	Timeout   time.Duration // of a whole crawl
	Languages []string      // BCP 47
	Render    string
	Browser   Secret // a path, or a DevTools URL, which may hold a token

	Proxy        Secret // URL
	UserAgent    string
	ConnectTo    []string // HOST1:PORT1:HOST2:PORT2
	CAFile       string
	AllowAddress []string // CIDR

	Port                    int
	MaxConcurrentCrawls     int // at once in this process
	MaxConcurrentReconciles int // at once for each kind
	LeaseDuration           time.Duration

	WatchNamespace      string
	LeaderNamespace     string
	Execution           string
	WorkerImage         string
	WorkerSecret        string
	WorkerMemory        string
	WorkerPriorityClass string

	OpenAIKey     Secret
	OpenAIBaseURL string
	AnthropicKey  Secret

	set *Set
}

// IsExplicit says whether a setting, named by a pointer to its field, was given for
// this call: by a flag, or by the command itself. Such a value goes before what a
// Company says; one from the environment or a file is for Companies that say nothing.
func (v *Values) IsExplicit(field any) bool {
	b := v.set.byField(field)
	return b != nil && b.source.Kind >= FromFlag
}

// IsDefault says whether nobody gave a value to a setting, named by a pointer to its field.
func (v *Values) IsDefault(field any) bool {
	b := v.set.byField(field)
	return b == nil || b.source.Kind == FromDefault
}

// Override gives a setting a value that the command itself decided on.
func Override[T any](v *Values, field *T, value T) {
	*field = value
	if b := v.set.byField(field); b != nil {
		b.source = Source{Kind: FromCommand}
	}
}

// InvalidValue is the error for a setting, named by a pointer to its field, that only its
// user could tell to be wrong: it says where it came from.
func (v *Values) InvalidValue(field any, shown, expected string) error {
	b := v.set.byField(field)
	if b == nil {
		return &ValueError{Value: shown, Expected: expected}
	}
	return b.valueError(b.source, shown, expected)
}

// Secrets are the values that must not be shown anywhere. A store that is a folder
// is none, nor is a browser that is a path: errors have to name them.
func (v *Values) Secrets() []string {
	var all []string
	for _, b := range v.set.rows {
		s, ok := b.field(v).(*Secret)
		if !ok || s.IsEmpty() || (s == &v.Store || s == &v.Browser) && !strings.Contains(s.Reveal(), "://") {
			continue
		}
		all = append(all, s.Reveal())
	}
	return all
}
