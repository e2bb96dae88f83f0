// Package settings defines every setting of the program in one table. A value comes
// from a flag, an environment variable, a settings file or the default, in this order of
// precedence. Flags, help texts, value lookup and docs/configuration.md are generated
// from the table.
package settings

import (
	"strings"
	"time"
)

// Setting is one row of the table.
type Setting struct {
	// Name is the flag without its dashes, and the key in the settings file.
	Name string
	// Flag reports whether the setting has a command-line flag. Values that are always
	// secret have none, because other users of a machine can read process arguments.
	Flag bool
	// Env lists the environment variables in order of precedence. Each NAME is also
	// read as NAME_FILE. A setting without variables can be set only by its flag, not
	// in the settings file.
	Env []string
	// Group is the heading in help and documentation.
	Group string
	// Default is the default value, written as in a settings file.
	Default string
	// LimitField is the field of spec.crawl of a Company and of spec.limits of a CrawlJob
	// that overrides the setting; empty means none.
	LimitField string
	// Commands lists the commands that use the setting. If it is empty, all commands that
	// have settings use it.
	Commands []string
	// Help is a phrase without a leading capital or a period. A word in backquotes is
	// the placeholder for the value.
	Help string

	rule  rule
	field func(*Values) any // pointer to the field; its type is the setting's type
}

// IsSecret reports whether the value is redacted in all output.
func (s Setting) IsSecret() bool {
	_, ok := s.field(&Values{}).(*Secret)
	return ok
}

// AppliesTo reports whether a command uses the setting.
func (s Setting) AppliesTo(command string) bool {
	for _, c := range s.Commands {
		if c == command {
			return true
		}
	}
	return len(s.Commands) == 0 || command == CommandConfig
}

// Values holds the settings of one invocation of the program. Settings that the command
// does not use have their defaults.
type Values struct {
	Config      string
	LogLevel    string
	LogFormat   string
	MetricsFile string

	Store         Secret // MongoDB URI or folder; overrides MongoURI and DataDir
	MongoURI      Secret
	MongoDatabase string
	DataDir       string

	MaxPages  int
	MaxDepth  int           // links between a seed and a page; 0 fetches the seeds only
	Delay     time.Duration // between requests to one host; 0 disables it
	Timeout   time.Duration // limit of a crawl; the default applies to clausea crawl only
	Languages []string      // BCP 47
	Render    string
	OffSite   string
	Browser   Secret // executable path, or DevTools URL, which may contain a token

	Proxy        Secret // URL
	UserAgent    string
	ConnectTo    []string // HOST1:PORT1:HOST2:PORT2
	CAFile       string
	AllowAddress []string // CIDR

	Port                    int // 0 selects a free port
	MetricsPort             int // 0 selects a free port
	MaxConcurrentCrawls     int // in this process
	MaxConcurrentReconciles int // for each kind
	LeaseDuration           time.Duration
	RunRetentionCount       int           // newest runs kept for each company
	RunRetentionAge         time.Duration // after the end of a run

	WatchNamespace      string
	LeaderNamespace     string
	Execution           string
	WorkerImage         string
	WorkerSecret        string
	HeartbeatURL        Secret // may contain a token
	WorkerMemory        string
	WorkerPriorityClass string
	WorkerTemplate      string

	APIKey          Secret   // with the scope admin
	CORSOrigins     []string // as browsers send them
	AnonymousRead   bool
	APIRate         int      // requests a minute of a key; 0: no limit
	APICrawlsPerDay int      // of a key; 0: no limit
	RedisURL        Secret   // URL
	TrustedProxies  []string // CIDR
	Resources       string
	APINamespace    string
	EvidenceKey     Secret // Ed25519 private key: PEM, or the seed in base64

	DashboardPassword     Secret
	DashboardPasswordHash Secret // argon2id, in the PHC string format
	DashboardUsers        Secret // NAME:ROLE:HASH, separated by white space
	DashboardPort         int    // 0: below /dashboard on Port
	DashboardURL          string // origin, as browsers have it
	OIDCIssuer            string // URL; empty: no OpenID Connect provider
	OIDCClientID          string
	OIDCClientSecret      Secret
	OIDCRoles             string // rules, separated by commas
	OIDCScopes            []string

	OpenAIKey     Secret
	OpenAIBaseURL string
	AnthropicKey  Secret

	set     *Set
	command string // which Load was called for
}

// IsExplicit reports whether a flag or the command itself set the value. field is a
// pointer to the setting's field. In clausea crawl, an explicit value overrides the Company's
// spec; a value from the environment or the settings file applies only where the Company sets
// none.
func (v *Values) IsExplicit(field any) bool {
	b := v.set.byField(field)
	return b != nil && b.source.Kind >= FromFlag
}

// IsDefault reports whether a setting has its default value. field is a pointer to the
// setting's field.
func (v *Values) IsDefault(field any) bool {
	b := v.set.byField(field)
	return b == nil || b.source.Kind == FromDefault
}

// Override sets a value that the command itself chooses. field is a pointer to the
// setting's field.
func Override[T any](v *Values, field *T, value T) {
	*field = value
	if b := v.set.byField(field); b != nil {
		b.source = Source{Kind: FromCommand}
	}
}

// InvalidValue returns a *ValueError for a value that the rules of the table accept, but the
// command cannot use. field is a pointer to the setting's field. The error names the source
// of the value.
func (v *Values) InvalidValue(field any, text, expected string) error {
	b := v.set.byField(field)
	if b == nil {
		return &ValueError{Value: text, Expected: expected}
	}
	return b.valueError(b.source, text, expected)
}

// Secrets returns the values that must not appear in any output. It omits a store that is a
// folder and a browser that is a path, because errors have to name them.
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
