package settings

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"
)

// fakeEnvironment returns an environment with the given variables and files.
func fakeEnvironment(variables, files map[string]string) Environment {
	return Environment{
		Lookup: func(name string) (string, bool) {
			text, ok := variables[name]
			return text, ok
		},
		Open: func(path string) (io.ReadCloser, error) {
			text, ok := files[path]
			if !ok {
				return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
			}
			return io.NopCloser(strings.NewReader(text)), nil
		},
	}
}

// load loads all settings from a command line, variables and files.
func load(args []string, variables, files map[string]string) (*Values, *Set, error) {
	s := New()
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	s.AddGlobalFlags(flags)
	s.AddFlags(flags, CommandConfig)
	if err := flags.Parse(args); err != nil {
		return nil, s, err
	}
	v, err := s.Load(CommandConfig, fakeEnvironment(variables, files))
	return v, s, err
}

// drawValue generates a valid value of a setting that is not its default.
func drawValue(t *rapid.T, row Setting, label string) string {
	if row.Name == "evidence-key" {
		return base64.StdEncoding.EncodeToString([]byte(rapid.StringMatching(`[a-z0-9]{32}`).Draw(t, label)))
	}
	if row.IsSecret() {
		schemes := map[string]string{"mongo-uri": "mongodb", "store": "mongodb", "redis-url": "redis"}
		return cmp.Or(schemes[row.Name], "http") + "://user:" + rapid.StringMatching(`[a-z0-9]{8}`).Draw(t, label) + "@host:1"
	}
	switch row.Name {
	case "data-dir":
		return rapid.StringMatching(`[A-Za-z][A-Za-z0-9./-]{0,20}`).Draw(t, label)
	case "log-level":
		return rapid.SampledFrom([]string{"debug", "warn", "error"}).Draw(t, label)
	case "log-format":
		return rapid.SampledFrom([]string{"console", "json"}).Draw(t, label)
	case "off-site", "render":
		return "Never"
	case "execution":
		return rapid.SampledFrom([]string{"InProcess", "Job"}).Draw(t, label)
	case "run-retention-age":
		return fmt.Sprintf("%dh", rapid.IntRange(1, 50).Draw(t, label))
	case "languages":
		return rapid.SampledFrom([]string{"en", "de,fr", "pt-BR"}).Draw(t, label)
	case "cors-origins":
		return fmt.Sprintf("https://a%d.example,http://localhost:3000", rapid.IntRange(0, 255).Draw(t, label))
	case "resources":
		return rapid.SampledFrom([]string{"Kubernetes", "Store"}).Draw(t, label)
	case "allow-address", "trusted-proxies":
		return fmt.Sprintf("10.0.0.%d/32", rapid.IntRange(0, 255).Draw(t, label))
	case "dashboard-url":
		return fmt.Sprintf("https://host:%d", rapid.IntRange(1024, 65535).Draw(t, label))
	case "openai-base-url", "dashboard-oidc-issuer":
		return fmt.Sprintf("https://host:%d/v1", rapid.IntRange(1, 65535).Draw(t, label))
	}
	switch typeName(row.field(&Values{})) {
	case "number":
		return fmt.Sprint(rapid.IntRange(1, 50).Draw(t, label))
	case "true or false":
		return fmt.Sprint(rapid.Bool().Draw(t, label))
	case "duration":
		return formatDuration(time.Duration(rapid.IntRange(2, 300).Draw(t, label)) * time.Second)
	}
	return rapid.StringMatching(`[A-Za-z][A-Za-z0-9./:-]{0,20}`).Draw(t, label)
}

func TestFlagOverridesEnvironmentOverridesFileOverridesDefault(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var args []string
		variables, files, entries := map[string]string{}, map[string]string{}, map[string]string{}
		want := map[string]Source{}
		texts := map[string]string{}
		for _, row := range Table() {
			if row.Name == configName {
				continue
			}
			want[row.Name], texts[row.Name] = Source{}, row.Default
			if len(row.Env) > 0 && rapid.Bool().Draw(t, row.Name+" in the file") {
				texts[row.Name] = drawValue(t, row, row.Name+" file value")
				entries[row.Name] = texts[row.Name]
				want[row.Name] = Source{FromFile, "settings.yaml"}
			}
			if len(row.Env) > 0 && rapid.Bool().Draw(t, row.Name+" in the environment") {
				name := rapid.SampledFrom(row.Env).Draw(t, row.Name+" variable")
				texts[row.Name] = drawValue(t, row, row.Name+" environment value")
				if rapid.Bool().Draw(t, row.Name+" as _FILE") {
					files["/run/"+name] = "\n " + texts[row.Name] + "\r\n"
					name += "_FILE"
					variables[name] = "/run/" + strings.TrimSuffix(name, "_FILE")
				} else {
					variables[name] = texts[row.Name]
				}
				want[row.Name] = Source{FromEnv, name}
			}
			if row.Flag && rapid.Bool().Draw(t, row.Name+" as flag") {
				texts[row.Name] = drawValue(t, row, row.Name+" flag value")
				args = append(args, "--"+row.Name+"="+texts[row.Name])
				want[row.Name] = Source{Kind: FromFlag}
			}
		}
		b, err := yaml.Marshal(entries)
		if err != nil {
			t.Fatal(err)
		}
		files["settings.yaml"] = string(b)
		args = append(args, "--config", "settings.yaml")
		v, s, err := load(args, variables, files)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range s.rows {
			if row.Name == configName {
				continue
			}
			got := row.format(v)
			if p, ok := row.field(v).(*Secret); ok {
				got = p.Reveal()
			}
			if got != texts[row.Name] {
				t.Errorf("%s is %q, want %q", row.Name, got, texts[row.Name])
			}
			if row.source != want[row.Name] {
				t.Errorf("%s has the source %v, want %v", row.Name, row.source, want[row.Name])
			}
			if explicit := want[row.Name].Kind == FromFlag; v.IsExplicit(row.field(v)) != explicit {
				t.Errorf("%s: IsExplicit returns %v", row.Name, !explicit)
			}
		}
	})
}

func TestErrorsNameTheInvalidValueItsSourceAndTheExpectedForm(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args             []string
		variables, files map[string]string
		want             []string
	}{
		"flag of the wrong type": {args: []string{"--max-pages", "many"}, want: []string{"--max-pages", "many", "a whole number from 1 to 100000"}},
		"flag out of range":      {args: []string{"--max-pages", "0"}, want: []string{"--max-pages", `"0"`, "from 1 to 100000"}},
		"URL of a page":          {variables: map[string]string{"DASHBOARD_URL": "https://a.example/dashboard"}, want: []string{"DASHBOARD_URL", "without a path"}},
		"unencrypted URL":        {variables: map[string]string{"DASHBOARD_URL": "http://a.example"}, want: []string{"DASHBOARD_URL", "only for localhost"}},
		"list element":           {args: []string{"--allow-address", "10.0.0.0/8,localhost"}, want: []string{"--allow-address", `"localhost"`, "CIDR"}},
		"variable":               {variables: map[string]string{"CLAUSEA_DELAY": "soon"}, want: []string{"CLAUSEA_DELAY", `"soon"`, "500ms"}},
		"variable from a file":   {variables: map[string]string{"LOG_LEVEL_FILE": "l"}, files: map[string]string{"l": "loud\n"}, want: []string{"LOG_LEVEL_FILE", `"loud"`, "debug, info, warn or error"}},
		"both forms":             {variables: map[string]string{"MONGO_URI": "mongodb://a", "MONGO_URI_FILE": "m"}, want: []string{"MONGO_URI and MONGO_URI_FILE are both set"}},
		"missing file":           {variables: map[string]string{"OPENAI_API_KEY_FILE": "gone"}, want: []string{"OPENAI_API_KEY_FILE", "gone", "not exist"}},
		"empty file":             {variables: map[string]string{"OPENAI_API_KEY_FILE": "k"}, files: map[string]string{"k": " \n"}, want: []string{"OPENAI_API_KEY_FILE", "empty"}},
		"file over the limit":    {variables: map[string]string{"OPENAI_API_KEY_FILE": "k"}, files: map[string]string{"k": strings.Repeat("x", 70000)}, want: []string{"OPENAI_API_KEY_FILE", "larger than 65536 bytes"}},
		"entry":                  {args: []string{"--config", "c"}, files: map[string]string{"c": "timeout: 3"}, want: []string{"timeout in c", `"3"`, "1s to 168h"}},
		"unknown entry":          {args: []string{"--config", "c"}, files: map[string]string{"c": "max-page: 3"}, want: []string{"settings file c", "unknown setting max-page"}},
		"entry by its variable":  {args: []string{"--config", "c"}, files: map[string]string{"c": "MONGO_URI: x"}, want: []string{"unknown setting MONGO_URI; use mongo-uri"}},
		"entry that is a flag":   {args: []string{"--config", "c"}, files: map[string]string{"c": "store: x"}, want: []string{"store is not allowed in a settings file", "--store"}},
		"file that names a file": {args: []string{"--config", "c"}, files: map[string]string{"c": "config: d"}, want: []string{"config is not allowed in a settings file"}},
		"nested entry":           {args: []string{"--config", "c"}, files: map[string]string{"c": "languages: [[en]]"}, want: []string{"languages has a nested value"}},
		"list for one value":     {args: []string{"--config", "c"}, files: map[string]string{"c": "ca-file: [a, b]"}, want: []string{"ca-file in c"}},
		"duplicate entry":        {args: []string{"--config", "c"}, files: map[string]string{"c": "delay: 1s\ndelay: 2s"}, want: []string{"settings file c: invalid YAML", "delay"}},
		"invalid YAML":           {args: []string{"--config", "c"}, files: map[string]string{"c": "\t:"}, want: []string{"settings file c: invalid YAML"}},
		"no entries":             {args: []string{"--config", "c"}, files: map[string]string{"c": "- a"}, want: []string{"expected name: value pairs"}},
		"CLAUSEA_CONFIG_FILE":    {variables: map[string]string{"CLAUSEA_CONFIG_FILE": "c"}, files: map[string]string{"c": "delay: 1s"}, want: []string{"CLAUSEA_CONFIG_FILE is not supported", "CLAUSEA_CONFIG"}},
		"missing settings file":  {variables: map[string]string{"CLAUSEA_CONFIG": "c"}, want: []string{"read settings file", "not exist"}},
		"several invalid values": {args: []string{"--max-pages", "0"}, variables: map[string]string{"LOG_FORMAT": "xml"}, want: []string{"--max-pages", "LOG_FORMAT"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := load(c.args, c.variables, c.files)
			if err == nil {
				t.Fatal("the settings are accepted")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error does not contain %q: %v", want, err)
				}
			}
		})
	}
}

func TestTableIsConsistent(t *testing.T) {
	t.Parallel()
	v, s, err := load(nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	fields := map[any]bool{}
	for _, b := range s.rows {
		for _, n := range append([]string{"--" + b.Name}, b.Env...) {
			if names[n] {
				t.Errorf("%s is defined twice", n)
			}
			names[n] = true
		}
		if f := b.field(v); fields[f] {
			t.Errorf("%s uses the field of another setting", b.Name)
		} else {
			fields[f] = true
		}
		if got := b.format(v); got != b.Default {
			t.Errorf("%s: the default is %q, but the initial value is %q", b.Name, b.Default, got)
		}
		if b.Default != "" && b.rule.holds != nil && !b.rule.holds(b.Default) {
			t.Errorf("%s: the default %s violates the rule of the setting", b.Name, b.Default)
		}
		if b.Help == "" || strings.HasSuffix(b.Help, ".") || !slices.Contains(Groups(), b.Group) {
			t.Errorf("%s: help %q, group %q", b.Name, b.Help, b.Group)
		}
		if !b.Flag && len(b.Env) == 0 {
			t.Errorf("%s can't be set", b.Name)
		}
	}
}

func TestCommandIgnoresInvalidSettingsThatItDoesNotUse(t *testing.T) {
	t.Parallel()
	v, err := New().Load(CommandExport, fakeEnvironment(map[string]string{"CLAUSEA_MAX_PAGES": "many", "CRAWLER_PROXY": "ftp://x"}, nil))
	if err != nil {
		t.Fatal(err)
	}
	if v.MaxPages != 500 || !v.Proxy.IsEmpty() {
		t.Errorf("max-pages is %d, proxy is empty: %v", v.MaxPages, v.Proxy.IsEmpty())
	}
}

func TestFirstOfSeveralVariablesWins(t *testing.T) {
	t.Parallel()
	on := false
	row := Setting{Name: "switch", Flag: true, Env: []string{"NEW", "OLD"}, field: func(*Values) any { return &on }}
	for _, c := range []struct {
		variables map[string]string
		want      bool
	}{
		{map[string]string{"OLD": "true"}, true},
		{map[string]string{"NEW": "false", "OLD": "true"}, false},
		{map[string]string{"NEW": "", "OLD": "true"}, true},
		{map[string]string{}, false},
	} {
		on = false
		if _, err := newSet([]Setting{row}).Load("any", fakeEnvironment(c.variables, nil)); err != nil || on != c.want {
			t.Errorf("%v: got %v, %v", c.variables, on, err)
		}
	}
}

func TestSettingsFileAcceptsListsNumbersAndEmptyEntries(t *testing.T) {
	t.Parallel()
	file := "languages: [en, pt-BR]\nconnect-to: []\nmax-pages: 20\nca-file:\ndelay: 0\n"
	v, s, err := load([]string{"--config", "c"}, nil, map[string]string{"c": file})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(v.Languages, []string{"en", "pt-BR"}) || len(v.ConnectTo) != 0 || v.MaxPages != 20 || v.Delay != 0 {
		t.Errorf("got %v, %v, %d, %v", v.Languages, v.ConnectTo, v.MaxPages, v.Delay)
	}
	if s.byField(&v.Delay).source.Kind != FromFile || s.byField(&v.CAFile).source.Kind != FromDefault {
		t.Errorf("the source of delay is %v, of ca-file %v", s.byField(&v.Delay).source, s.byField(&v.CAFile).source)
	}
}

func TestRepeatedListFlagReplacesTheEnvironment(t *testing.T) {
	t.Parallel()
	v, _, err := load([]string{"--connect-to", ":443:h:1", "--connect-to", ":80:h:2,:81:h:3"}, map[string]string{"CLAUSEA_CONNECT_TO": ":1:h:1"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{":443:h:1", ":80:h:2", ":81:h:3"}; !slices.Equal(v.ConnectTo, want) {
		t.Errorf("got %v, want %v", v.ConnectTo, want)
	}
}

func TestCommandCanOverrideAndRejectASetting(t *testing.T) {
	t.Parallel()
	v, s, err := load(nil, map[string]string{"CLAUSEA_CONNECT_TO": "a:b"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.InvalidValue(&v.ConnectTo, "a:b", "four parts"); err == nil || err.Error() != `CLAUSEA_CONNECT_TO: invalid value "a:b"; expected four parts` {
		t.Errorf("the error is %v", err)
	}
	Override(v, &v.CAFile, "ca.pem")
	if v.CAFile != "ca.pem" || !v.IsExplicit(&v.CAFile) || s.byField(&v.CAFile).source.String() != "command" {
		t.Errorf("ca-file is %q from %v", v.CAFile, s.byField(&v.CAFile).source)
	}
}

func TestConfigurationPageIsUpToDate(t *testing.T) {
	t.Parallel()
	var want bytes.Buffer
	if err := WriteMarkdown(&want); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("docs/configuration.md is out of date: run make generate")
	}
	for _, row := range Table() {
		for _, name := range append([]string{row.Name}, row.Env...) {
			if !strings.Contains(want.String(), name) {
				t.Errorf("the page does not contain %s", name)
			}
		}
	}
}

func TestStoreMustBeAFolderOrMongoDB(t *testing.T) {
	t.Parallel()
	for _, location := range []string{"postgres://x", "http://user:hunter2@host", "sqlite://data", "file:///data", "MONGODB://host", "s3+x.y-z://bucket"} {
		_, _, err := load([]string{"--store", location}, nil, nil)
		if err == nil || !strings.Contains(err.Error(), "a folder path, or a MongoDB URI such as mongodb://") || strings.Contains(err.Error(), location) {
			t.Errorf("--store %s: %v", location, err)
		}
		_, _, err = load(nil, map[string]string{"CLAUSEA_DATA_DIR": location}, nil)
		if err == nil || !strings.Contains(err.Error(), "CLAUSEA_DATA_DIR") || !strings.Contains(err.Error(), "MONGO_URI") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("CLAUSEA_DATA_DIR=%s: %v", location, err)
		}
	}
	for _, location := range []string{"data", "./a://b", "/srv/x", "a:b", "mongodb://host/db", "mongodb+srv://host/db"} {
		if v, _, err := load([]string{"--store", location}, nil, nil); err != nil || v.Store.Reveal() != location {
			t.Errorf("--store %s: %v", location, err)
		}
	}
	if _, _, err := load(nil, map[string]string{"CLAUSEA_DATA_DIR": "mongodb://host/db"}, nil); err == nil {
		t.Error("CLAUSEA_DATA_DIR accepts a MongoDB URI")
	}
}

func TestIsDefaultReportsWhetherASettingWasSet(t *testing.T) {
	t.Parallel()
	v, _, err := load([]string{"--delay", "1s"}, map[string]string{"CLAUSEA_DATA_DIR": "./data"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if v.IsDefault(&v.Delay) || v.IsDefault(&v.DataDir) || !v.IsDefault(&v.Store) || !v.IsDefault(&v.MaxPages) {
		t.Error("IsDefault is wrong for a setting that was set or for one that was not")
	}
}

func TestOriginsAreAsBrowsersSendThem(t *testing.T) {
	t.Parallel()
	for text, valid := range map[string]bool{
		"https://app.example.com": true, "http://localhost:3000": true, "http://[::1]:3000": true, "app://local": true,
		"*": false, "https://*.example.com": false, "https://app.example.com/": false, "https://app.example.com/path": false, "https://App.example.com": false,
		"https://app.example.com:443": false, "http://app.example.com:80": false, "https://app.example.com:": false, "https://user@app.example.com": false,
		"app.example.com": false, "null": false, "https://": false, "https://a.example?x": false, "\thttps://a.example": false,
	} {
		if got := origin.holds(text); got != valid {
			t.Errorf("%q is valid: %t, want %t", text, got, valid)
		}
	}
}
