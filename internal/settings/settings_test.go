package settings

import (
	"bytes"
	"encoding/json"
	"errors"
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

// made is an environment of variables and files that a test made.
func made(variables, files map[string]string) Environment {
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

// load reads the settings of every command from a command line, variables and files.
func load(args []string, variables, files map[string]string) (*Values, *Set, error) {
	s := New()
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	s.AddGlobalFlags(flags)
	s.AddFlags(flags, CommandConfig)
	if err := flags.Parse(args); err != nil {
		return nil, s, err
	}
	v, err := s.Load(CommandConfig, made(variables, files))
	return v, s, err
}

// drawValue draws a value that a setting may have and that is not its default.
func drawValue(t *rapid.T, row Setting, label string) string {
	if row.IsSecret() {
		scheme := "http"
		if row.Name == "mongo-uri" || row.Name == "store" {
			scheme = "mongodb"
		}
		return scheme + "://user:" + rapid.StringMatching(`[a-z0-9]{8}`).Draw(t, label) + "@host:1"
	}
	switch row.Name {
	case "data-dir":
		return rapid.StringMatching(`[A-Za-z][A-Za-z0-9./-]{0,20}`).Draw(t, label)
	case "log-level":
		return rapid.SampledFrom([]string{"debug", "warn", "error"}).Draw(t, label)
	case "log-format":
		return rapid.SampledFrom([]string{"console", "json"}).Draw(t, label)
	case "render":
		return "Never"
	case "execution":
		return rapid.SampledFrom([]string{"InProcess", "Job"}).Draw(t, label)
	case "languages":
		return rapid.SampledFrom([]string{"en", "de,fr", "pt-BR"}).Draw(t, label)
	case "allow-address":
		return fmt.Sprintf("10.0.0.%d/32", rapid.IntRange(0, 255).Draw(t, label))
	case "openai-base-url":
		return fmt.Sprintf("https://host:%d/v1", rapid.IntRange(1, 65535).Draw(t, label))
	}
	switch typeName(row.field(&Values{})) {
	case "number":
		return fmt.Sprint(rapid.IntRange(1, 50).Draw(t, label))
	case "duration":
		return formatDuration(time.Duration(rapid.IntRange(2, 300).Draw(t, label)) * time.Second)
	}
	return rapid.StringMatching(`[A-Za-z][A-Za-z0-9./:-]{0,20}`).Draw(t, label)
}

func TestAFlagGoesBeforeTheEnvironmentBeforeTheFileBeforeTheDefault(t *testing.T) {
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
				t.Errorf("%s comes from %v, want %v", row.Name, row.source, want[row.Name])
			}
			if insisted := want[row.Name].Kind == FromFlag; v.IsExplicit(row.field(v)) != insisted {
				t.Errorf("%s: Insisted is %v", row.Name, !insisted)
			}
		}
	})
}

func TestWhatCanNotBeIsNamedWithItsPlaceAndWhatIsExpected(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args             []string
		variables, files map[string]string
		want             []string
	}{
		"flag of the wrong type":  {args: []string{"--max-pages", "many"}, want: []string{"--max-pages", "many", "a whole number from 1 to 100000"}},
		"flag out of range":       {args: []string{"--max-pages", "0"}, want: []string{"--max-pages", `"0"`, "from 1 to 100000"}},
		"list element":            {args: []string{"--allow-address", "10.0.0.0/8,localhost"}, want: []string{"--allow-address", `"localhost"`, "CIDR"}},
		"variable":                {variables: map[string]string{"CLAUSEA_DELAY": "soon"}, want: []string{"CLAUSEA_DELAY", `"soon"`, "500ms"}},
		"variable from a file":    {variables: map[string]string{"LOG_LEVEL_FILE": "l"}, files: map[string]string{"l": "loud\n"}, want: []string{"LOG_LEVEL_FILE", `"loud"`, "debug, info, warn or error"}},
		"both forms":              {variables: map[string]string{"MONGO_URI": "mongodb://a", "MONGO_URI_FILE": "m"}, want: []string{"MONGO_URI and MONGO_URI_FILE are both set"}},
		"file that is not there":  {variables: map[string]string{"OPENAI_API_KEY_FILE": "gone"}, want: []string{"OPENAI_API_KEY_FILE", "gone", "not exist"}},
		"file that is empty":      {variables: map[string]string{"OPENAI_API_KEY_FILE": "k"}, files: map[string]string{"k": " \n"}, want: []string{"OPENAI_API_KEY_FILE", "empty"}},
		"file that is too large":  {variables: map[string]string{"OPENAI_API_KEY_FILE": "k"}, files: map[string]string{"k": strings.Repeat("x", 70000)}, want: []string{"OPENAI_API_KEY_FILE", "larger than 65536 bytes"}},
		"entry":                   {args: []string{"--config", "c"}, files: map[string]string{"c": "timeout: 3"}, want: []string{"timeout in c", `"3"`, "1s to 24h"}},
		"unknown entry":           {args: []string{"--config", "c"}, files: map[string]string{"c": "max-page: 3"}, want: []string{"file of settings c", "no setting max-page"}},
		"entry by its variable":   {args: []string{"--config", "c"}, files: map[string]string{"c": "MONGO_URI: x"}, want: []string{"in a file it is mongo-uri"}},
		"entry that is a flag":    {args: []string{"--config", "c"}, files: map[string]string{"c": "store: x"}, want: []string{"store is a flag only"}},
		"file that names a file":  {args: []string{"--config", "c"}, files: map[string]string{"c": "config: d"}, want: []string{"config can't name another file"}},
		"nested entry":            {args: []string{"--config", "c"}, files: map[string]string{"c": "languages: [[en]]"}, want: []string{"languages holds something nested"}},
		"list for one value":      {args: []string{"--config", "c"}, files: map[string]string{"c": "ca-file: [a, b]"}, want: []string{"ca-file in c"}},
		"entry twice":             {args: []string{"--config", "c"}, files: map[string]string{"c": "delay: 1s\ndelay: 2s"}, want: []string{"file of settings c is no YAML", "delay"}},
		"no YAML":                 {args: []string{"--config", "c"}, files: map[string]string{"c": "\t:"}, want: []string{"file of settings c is no YAML"}},
		"no entries":              {args: []string{"--config", "c"}, files: map[string]string{"c": "- a"}, want: []string{"no list of name: value"}},
		"file's name in a file":   {variables: map[string]string{"CLAUSEA_CONFIG_FILE": "c"}, files: map[string]string{"c": "delay: 1s"}, want: []string{"CLAUSEA_CONFIG_FILE is not read", "CLAUSEA_CONFIG"}},
		"no file of settings":     {variables: map[string]string{"CLAUSEA_CONFIG": "c"}, want: []string{"read the file of settings", "not exist"}},
		"several things are said": {args: []string{"--max-pages", "0"}, variables: map[string]string{"LOG_FORMAT": "xml"}, want: []string{"--max-pages", "LOG_FORMAT"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := load(c.args, c.variables, c.files)
			if err == nil {
				t.Fatal("it is taken")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in: %v", want, err)
				}
			}
		})
	}
}

func TestAWrongSecretIsNotShown(t *testing.T) {
	t.Parallel()
	const canary = "c4n4ry-p4ssw0rd"
	for _, c := range []struct {
		args             []string
		variables, files map[string]string
	}{
		{variables: map[string]string{"MONGO_URI": "mongo://u:" + canary + "@h"}},
		{variables: map[string]string{"MONGO_URI_FILE": "m"}, files: map[string]string{"m": canary}},
		{args: []string{"--proxy", "ftp://u:" + canary + "@h"}},
		{args: []string{"--config", "c"}, files: map[string]string{"c": "proxy: " + canary}},
		{args: []string{"--config", "c"}, files: map[string]string{"c": "mongo-uri: [a, " + canary + "]"}},
	} {
		_, _, err := load(c.args, c.variables, c.files)
		var wrong *ValueError
		if !errors.As(err, &wrong) {
			t.Fatalf("%v: the error is %v", c, err)
		}
		if strings.Contains(fmt.Sprintf("%v %+v %#v", err, wrong, wrong), canary) {
			t.Errorf("the error shows the secret: %v", err)
		}
	}
}

func TestNoWayOfPrintingShowsASecret(t *testing.T) {
	t.Parallel()
	const canary = "c4n4ry"
	secret := NewSecret(canary)
	hidden := struct{ inner Secret }{secret}
	v, s, err := load([]string{"--store", "mongodb://u:" + canary + "@h"}, map[string]string{"OPENAI_API_KEY": canary}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, verb := range []string{"%v", "%s", "%+v", "%#v", "%q", "%x", "%X", "%d"} {
		for _, what := range []any{secret, &secret, hidden, &hidden, []Secret{secret}, map[string]Secret{"k": secret}, *v, v, s.Effective(CommandConfig)} {
			out = append(out, fmt.Sprintf(verb, what))
		}
	}
	for _, marshal := range []func(any) ([]byte, error){json.Marshal, yaml.Marshal} {
		for _, what := range []any{secret, map[string]any{"k": secret}, s.Effective(CommandConfig), v} {
			b, err := marshal(what)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, string(b))
		}
	}
	out = append(out, fmt.Sprint(secret.MarshalLog()), s.byField(&v.Store).flag.Value.String())
	for _, text := range out {
		if strings.Contains(text, canary) || strings.Contains(text, fmt.Sprintf("%x", canary)) || strings.Contains(text, fmt.Sprintf("%X", canary)) {
			t.Errorf("it shows: %s", text)
		}
	}
	if !slices.ContainsFunc(out, func(text string) bool { return strings.Contains(text, redacted) }) {
		t.Error("nothing says that there is a secret")
	}
	if secret.Reveal() != canary || !slices.Contains(v.Secrets(), canary) {
		t.Error("the secret itself is lost")
	}
}

func TestTheTableIsSound(t *testing.T) {
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
				t.Errorf("%s is there twice", n)
			}
			names[n] = true
		}
		if f := b.field(v); fields[f] {
			t.Errorf("%s has another setting's field", b.Name)
		} else {
			fields[f] = true
		}
		if got := b.format(v); got != b.Default {
			t.Errorf("%s: the default is %q, but it begins as %q", b.Name, b.Default, got)
		}
		if b.Default != "" && b.rule.holds != nil && !b.rule.holds(b.Default) {
			t.Errorf("%s: the default %s is against its own rule", b.Name, b.Default)
		}
		if b.Help == "" || strings.HasSuffix(b.Help, ".") || !slices.Contains(Groups(), b.Group) {
			t.Errorf("%s: help %q, group %q", b.Name, b.Help, b.Group)
		}
		if !b.Flag && len(b.Env) == 0 {
			t.Errorf("%s can't be set", b.Name)
		}
	}
}

func TestACommandIsNotHeldUpByWhatItDoesNotUse(t *testing.T) {
	t.Parallel()
	v, err := New().Load(CommandExport, made(map[string]string{"CLAUSEA_MAX_PAGES": "many", "CRAWLER_PROXY": "ftp://x"}, nil))
	if err != nil {
		t.Fatal(err)
	}
	if v.MaxPages != 500 || !v.Proxy.IsEmpty() {
		t.Errorf("max-pages is %d, proxy is empty: %v", v.MaxPages, v.Proxy.IsEmpty())
	}
}

func TestASettingMayHaveSeveralVariablesOfWhichTheFirstCounts(t *testing.T) {
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
		if _, err := newSet([]Setting{row}).Load("any", made(c.variables, nil)); err != nil || on != c.want {
			t.Errorf("%v gives %v, %v", c.variables, on, err)
		}
	}
}

func TestAFileMayHoldListsNumbersAndEmptyEntries(t *testing.T) {
	t.Parallel()
	file := "languages: [en, pt-BR]\nconnect-to: []\nmax-pages: 20\nca-file:\ndelay: 0\n"
	v, s, err := load([]string{"--config", "c"}, nil, map[string]string{"c": file})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(v.Languages, []string{"en", "pt-BR"}) || len(v.ConnectTo) != 0 || v.MaxPages != 20 || v.Delay != 0 {
		t.Errorf("it gives %v, %v, %d, %v", v.Languages, v.ConnectTo, v.MaxPages, v.Delay)
	}
	if s.byField(&v.Delay).source.Kind != FromFile || s.byField(&v.CAFile).source.Kind != FromDefault {
		t.Errorf("delay comes from %v, ca-file from %v", s.byField(&v.Delay).source, s.byField(&v.CAFile).source)
	}
}

func TestAListsFlagMayBeRepeatedAndReplacesTheOthers(t *testing.T) {
	t.Parallel()
	v, _, err := load([]string{"--connect-to", ":443:h:1", "--connect-to", ":80:h:2,:81:h:3"}, map[string]string{"CLAUSEA_CONNECT_TO": ":1:h:1"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{":443:h:1", ":80:h:2", ":81:h:3"}; !slices.Equal(v.ConnectTo, want) {
		t.Errorf("it gives %v", v.ConnectTo)
	}
}

func TestACommandCanOverrideAndBlameASetting(t *testing.T) {
	t.Parallel()
	v, s, err := load(nil, map[string]string{"CLAUSEA_CONNECT_TO": "a:b"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.InvalidValue(&v.ConnectTo, "a:b", "four parts"); err == nil || err.Error() != `CLAUSEA_CONNECT_TO: "a:b" is not possible; write four parts` {
		t.Errorf("the error is %v", err)
	}
	Override(v, &v.CAFile, "ca.pem")
	if v.CAFile != "ca.pem" || !v.IsExplicit(&v.CAFile) || s.byField(&v.CAFile).source.String() != "command" {
		t.Errorf("it is %q from %v", v.CAFile, s.byField(&v.CAFile).source)
	}
}

func TestTheConfigurationPageIsUpToDate(t *testing.T) {
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
		t.Error("docs/configuration.md is not what the table gives: run make generate")
	}
	for _, row := range Table() {
		for _, name := range append([]string{row.Name}, row.Env...) {
			if !strings.Contains(want.String(), name) {
				t.Errorf("%s is missing", name)
			}
		}
	}
}

func TestAStoreIsAFolderOrMongoDB(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"postgres://x", "http://user:hunter2@host", "sqlite://data", "file:///data", "MONGODB://host", "s3+x.y-z://bucket"} {
		_, _, err := load([]string{"--store", place}, nil, nil)
		if err == nil || !strings.Contains(err.Error(), "a folder's path, or MongoDB's URI such as mongodb://") || strings.Contains(err.Error(), place) {
			t.Errorf("--store %s: %v", place, err)
		}
		_, _, err = load(nil, map[string]string{"CLAUSEA_DATA_DIR": place}, nil)
		if err == nil || !strings.Contains(err.Error(), "CLAUSEA_DATA_DIR") || !strings.Contains(err.Error(), "MONGO_URI") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("CLAUSEA_DATA_DIR=%s: %v", place, err)
		}
	}
	for _, place := range []string{"data", "./a://b", "/srv/x", "a:b", "mongodb://host/db", "mongodb+srv://host/db"} {
		if v, _, err := load([]string{"--store", place}, nil, nil); err != nil || v.Store.Reveal() != place {
			t.Errorf("--store %s: %v", place, err)
		}
	}
	if _, _, err := load(nil, map[string]string{"CLAUSEA_DATA_DIR": "mongodb://host/db"}, nil); err == nil {
		t.Error("MongoDB's URI is taken for a folder")
	}
}

func TestWhetherASettingIsItsDefaultIsKnown(t *testing.T) {
	t.Parallel()
	v, _, err := load([]string{"--delay", "1s"}, map[string]string{"CLAUSEA_DATA_DIR": "./data"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if v.IsDefault(&v.Delay) || v.IsDefault(&v.DataDir) || !v.IsDefault(&v.Store) || !v.IsDefault(&v.MaxPages) {
		t.Error("a value that was given counts as none, or none as given")
	}
}
