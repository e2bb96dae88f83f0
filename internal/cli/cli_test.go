package cli

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/demo"
	"github.com/clausea/crawler/internal/settings"
)

// environment returns an environment with the given variables and the files of this
// machine.
func environment(variables map[string]string) settings.Environment {
	return settings.Environment{
		Lookup: func(name string) (string, bool) {
			text, ok := variables[name]
			return text, ok
		},
		Open: func(path string) (io.ReadCloser, error) { return os.Open(path) },
	}
}

// call runs the program with the given environment variables only.
func call(t *testing.T, variables map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return callUntil(t.Context(), variables, args...)
}

func callUntil(ctx context.Context, variables map[string]string, args ...string) (code int, stdout, stderr string) {
	a := newApp()
	a.env = environment(variables)
	var out, errs bytes.Buffer
	code = a.main(ctx, args, &out, &errs)
	return code, out.String(), errs.String()
}

func TestExitCodesTellUsageErrorsFromFailures(t *testing.T) {
	t.Parallel()
	page := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(page, []byte("<h1>Imprint</h1><p>Harbour Ltd.</p>"), 0o600); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(program, append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 57)...), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		env  map[string]string
		args []string
		code int
		want string // on standard error
	}{
		"no command":             {nil, nil, exitDone, ""},
		"help":                   {nil, []string{"help", "crawl"}, exitDone, ""},
		"help flag":              {nil, []string{"get", "--help"}, exitDone, ""},
		"version":                {nil, []string{"version"}, exitDone, ""},
		"completion":             {nil, []string{"completion", "bash"}, exitDone, ""},
		"inspect":                {nil, []string{"inspect", page}, exitDone, ""},
		"unknown command":        {nil, []string{"crwl"}, exitUsage, `unknown command "crwl"`},
		"unknown subcommand":     {nil, []string{"config", "prnt"}, exitUsage, `unknown command "prnt"`},
		"unknown shell":          {nil, []string{"completion", "dosh"}, exitUsage, `unknown command "dosh"`},
		"help, unknown command":  {nil, []string{"help", "crwl"}, exitUsage, `unknown command "crwl"`},
		"unknown flag":           {nil, []string{"get", "--color", "documents"}, exitUsage, "unknown flag: --color"},
		"unknown short flag":     {nil, []string{"crawl", "-x", "example.com"}, exitUsage, "unknown shorthand flag"},
		"flag without its value": {nil, []string{"crawl", "--max-pages"}, exitUsage, "--max-pages"},
		"flag of the wrong type": {nil, []string{"crawl", "--delay", "soon", "example.com"}, exitUsage, "expected a duration"},
		"too many arguments":     {nil, []string{"version", "now"}, exitUsage, "expected no arguments, got 1"},
		"too few arguments":      {nil, []string{"export"}, exitUsage, "expected 1 argument, got 0"},
		"get nothing":            {nil, []string{"get"}, exitUsage, "specify a resource: company [NAME], crawljob [NAME]"},
		"get an unknown kind":    {nil, []string{"get", "foo"}, exitUsage, `get foo: unknown resource "foo"; specify a resource: company`},
		"pages of no company":    {nil, []string{"get", "pages"}, exitUsage, "get pages: add --company NAME"},
		"raw page without URL":   {nil, []string{"get", "pages", "--company", "x", "--raw"}, exitUsage, "name the URL of one page"},
		"raw documents":          {nil, []string{"get", "documents", "--raw"}, exitUsage, "--raw applies only to get pages"},
		"raw page as YAML":       {nil, []string{"get", "pages", "--company", "x", "--raw", "-o", "yaml", "https://x.example/"}, exitUsage, "omit -o yaml"},
		"versions of nothing":    {nil, []string{"get", "versions"}, exitUsage, "expected the ID or URL of one document"},
		"runs by name":           {nil, []string{"get", "runs", "x"}, exitUsage, "--company NAME shows the runs of one company"},
		"all documents as text":  {nil, []string{"get", "documents", "-o", "markdown"}, exitUsage, `invalid output format "markdown"; use table, json or yaml`},
		"negative version":       {nil, []string{"get", "documents", "x", "-o", "markdown", "--version", "-1"}, exitUsage, "version numbers start at 1"},
		"events of a company":    {nil, []string{"get", "events", "--company", "x"}, exitUsage, "use --for company/NAME"},
		"events of no kind":      {nil, []string{"get", "events", "--for", "x"}, exitUsage, "expected company/NAME or crawljob/NAME"},
		"runs of an object":      {nil, []string{"get", "runs", "--for", "crawljob/x"}, exitUsage, "--for applies only to get events"},
		"diff of one file":       {nil, []string{"diff", page}, exitUsage, "name the second file, as in clausea diff OLD NEW"},
		"diff of one lost file":  {nil, []string{"diff", "lost.html"}, exitUsage, "name the second file"},
		"diff of nothing":        {nil, []string{"diff"}, exitUsage, "expected two files"},
		"versions of two files":  {nil, []string{"diff", page, page, "--from", "1"}, exitUsage, "name one document"},
		"nothing to crawl":       {nil, []string{"crawl"}, exitUsage, "no target"},
		"bad target":             {nil, []string{"crawl", "--no-store", "localhost"}, exitUsage, "target"},
		"unknown output format":  {nil, []string{"crawl", "-o", "xml", "example.com"}, exitUsage, `invalid output format "xml"; use table, json or yaml`},
		"diff in an odd format":  {nil, []string{"diff", "-o", "xml", page, page}, exitUsage, `invalid output format "xml"; use text, html or json`},
		"name in all namespaces": {nil, []string{"get", "company", "x", "-A"}, exitUsage, "omit --all-namespaces"},
		"one and all namespaces": {nil, []string{"get", "company", "-A", "-n", "x"}, exitUsage, "exclude each other"},
		"bad variable":           {map[string]string{"LOG_LEVEL": "loud"}, []string{"crawl", "example.com"}, exitUsage, "LOG_LEVEL"},
		"bad settings file":      {nil, []string{"config", "print", "--config", page}, exitUsage, "settings file"},
		"bad connection":         {nil, []string{"inspect", "--connect-to", "a:b", "https://example.com/"}, exitUsage, "--connect-to"},
		"bad user agent":         {map[string]string{"CLAUSEA_USER_AGENT": "Mozilla"}, []string{"inspect", "https://example.com/"}, exitUsage, "CLAUSEA_USER_AGENT"},
		"unknown render mode":    {nil, []string{"crawl", "--render", "Sometimes", "example.com"}, exitUsage, "Never, Auto or Always"},
		"missing browser":        {map[string]string{"CLAUSEA_BROWSER": "/nonexistent/chromium"}, []string{"crawl", "--no-store", "example.com"}, exitUsage, "CLAUSEA_BROWSER"},
		"missing file":           {nil, []string{"inspect", "/nonexistent.html"}, exitFailed, "/nonexistent.html"},
		"unusable store":         {nil, []string{"get", "documents", "--store", "/proc/nowhere"}, exitFailed, "/proc/nowhere"},
		"inspect binary file":    {nil, []string{"inspect", program}, exitUsage, program + ": "},
		"diff with binary file":  {nil, []string{"diff", page, program}, exitUsage, "application/x-elf"},
		"URL in capital letters": {nil, []string{"inspect", "HTTPS://127.0.0.1:1/"}, exitFailed, "blocked_address"},
		"blocked page":           {nil, []string{"inspect", "https://127.0.0.1:1/"}, exitFailed, "blocked_address"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := call(t, c.env, c.args...)
			if code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			if code == exitDone && (stdout == "" || stderr != "") || code != exitDone && (stderr == "" || stdout != "") {
				t.Errorf("standard output is %q, standard error is %q", stdout, stderr)
			}
			if !strings.Contains(stderr, c.want) {
				t.Errorf("standard error is %q, want %q", stderr, c.want)
			}
		})
	}
}

func TestCrawlCombinesAllSettingsSourcesAndReportsMissingTypes(t *testing.T) {
	t.Parallel()
	site, err := demo.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(site.Close)
	dir := t.TempDir()
	file := filepath.Join(dir, "settings.yaml")
	if err := os.WriteFile(file, []byte("delay: 0\nmax-pages: 400\nallow-address: [127.0.0.1/32]\nmetrics-file: "+filepath.Join(dir, "metrics.prom")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"CLAUSEA_CONFIG": file, "CLAUSEA_CA_FILE": site.CAFile, "CLAUSEA_DATA_DIR": filepath.Join(dir, "data"), "CLAUSEA_MAX_PAGES": "2"}
	code, stdout, stderr := call(t, env, "crawl", demo.Domain, "--connect-to", ":443:"+site.Addr, "-o", "json")
	if code != exitMissing || !strings.Contains(stdout, `"fetches":2,`) || !strings.Contains(stdout, `"PageLimit"`) {
		t.Fatalf("exit code %d: %s%s", code, stdout, stderr)
	}
	if stderr != "" {
		t.Errorf("a successful crawl writes to standard error: %s", stderr)
	}
	metrics, err := os.ReadFile(filepath.Join(dir, "metrics.prom"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"clausea_crawl_pages_total 2\n", `clausea_crawl_runs_total{reason="PageLimit"} 1` + "\n", "clausea_build_info{", "go_goroutines "} {
		if !strings.Contains(string(metrics), want) {
			t.Errorf("the metrics do not contain %q", want)
		}
	}
	code, _, stderr = call(t, env, "crawl", demo.Domain, "--connect-to", ":443:"+site.Addr, "--max-pages", "1", "--no-store", "--metrics-file", filepath.Join(dir, "no", "folder"))
	if code != exitFailed || !strings.Contains(stderr, "write metrics to") {
		t.Errorf("bad metrics file: exit code %d: %s", code, stderr)
	}
	if _, stdout, _ = call(t, env, "get", "histories"); !strings.Contains(stdout, demo.Domain) || !strings.Contains(stdout, "LAST CRAWL") || !strings.Contains(stdout, "Complete  PageLimit") {
		t.Errorf("get histories prints: %s", stdout)
	}
	code, _, stderr = call(t, env, "crawl", demo.Domain, "--connect-to", ":443:"+site.Addr, "--max-pages", "100", "--log-level", "debug", "--log-format", "json", "-o", "json")
	if code != exitDone || !strings.Contains(stderr, `"message":"run finished"`) {
		t.Errorf("with --max-pages: exit code %d: %s", code, stderr)
	}
}

func TestCommandsNeverPrintSecrets(t *testing.T) {
	t.Parallel()
	const canary = "c4n4ry-0123456789"
	dir := t.TempDir()
	env := map[string]string{
		"MONGO_URI": "mongodb://user:" + canary + "@127.0.0.1:1/", "CRAWLER_PROXY": "http://user:" + canary + "@127.0.0.1:1",
		"OPENAI_API_KEY": "sk-" + canary, "OPENAI_BASE_URL": "https://user:" + canary + "@127.0.0.1:1/v1",
		"ANTHROPIC_API_KEY": canary, "CLAUSEA_ALLOW_ADDRESS": "127.0.0.1/32", "LOG_LEVEL": "debug",
	}
	for name, args := range map[string][]string{
		"config as a table":   {"config", "print"},
		"config as JSON":      {"config", "print", "-o", "json"},
		"config as YAML":      {"config", "print", "-o", "yaml", "--store", "mongodb://u:" + canary + "@h", "--proxy", "http://" + canary},
		"no MongoDB":          {"get", "documents"},
		"bad MongoDB":         {"migrate", "--store", "mongodb://user:" + canary + "/x#@host:port"},
		"no proxy":            {"inspect", "https://127.0.0.1:2/"},
		"bad proxy":           {"inspect", "https://127.0.0.1:2/", "--proxy", "ftp://user:" + canary + "@host"},
		"target with a login": {"crawl", "--no-store", "https://user:" + canary + "@example.com/"},
		"unknown flag":        {"crawl", "--prxy=http://user:" + canary + "@host"},
		"metrics file":        {"crawl", "--store", dir, "--metrics-file", "http://user:" + canary + "@host/metrics", "https://user:" + canary + "@example.com/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second) // MongoDB would be waited for
			defer cancel()
			_, stdout, stderr := callUntil(ctx, env, args...)
			if stdout == "" && stderr == "" {
				t.Error("the command prints nothing")
			}
			for _, out := range []string{stdout, stderr} {
				if strings.Contains(out, "c4n4ry") {
					t.Errorf("the output contains a secret: %s", out)
				}
			}
		})
	}
}

func TestCheckRedactsAKeyThatTheModelServiceEchoes(t *testing.T) {
	t.Parallel()
	const canary = "c4n4ry-0123456789"
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"error":{"message":"Incorrect key: `+strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")+`"}}`)
	}))
	t.Cleanup(echo.Close)
	a := newApp()
	a.env = environment(map[string]string{"OPENAI_API_KEY": canary, "OPENAI_BASE_URL": strings.Replace(echo.URL, "http://", "http://user:pass123@", 1)})
	if err := a.loadSettings(settings.CommandCheck, io.Discard); err != nil {
		t.Fatal(err)
	}
	result, err := checkLLM(t.Context(), a.values)
	var out bytes.Buffer
	if !a.printCheck(&out, "llm", result, err) || !strings.Contains(out.String(), "FAILED") || !strings.Contains(out.String(), "Incorrect key") {
		t.Errorf("check prints %q, %v", &out, err)
	}
	if strings.Contains(out.String(), "c4n4ry") || strings.Contains(out.String(), "pass123") {
		t.Errorf("the output contains a secret: %s", &out)
	}
}

func TestConfigPrintShowsTheSourceOfEachSetting(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := call(t, map[string]string{"CLAUSEA_DELAY": "3s", "MONGO_URI": "mongodb://h"}, "config", "print", "--max-pages", "7")
	if code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	for _, want := range [][]string{{"max-pages", "7", "flag"}, {"delay", "3s", "environment", "CLAUSEA_DELAY"}, {"mongo-uri", "[redacted]", "environment", "MONGO_URI"}, {"timeout", "30m", "default"}} {
		found := false
		for line := range strings.Lines(stdout) {
			found = found || strings.Join(strings.Fields(line), " ") == strings.Join(want, " ")
		}
		if !found {
			t.Errorf("no line %v in\n%s", want, stdout)
		}
	}
}

func TestSettingsAndEngineHaveTheSameDefaults(t *testing.T) {
	t.Parallel()
	v, err := settings.New().Load(settings.CommandCrawl, settings.Environment{Lookup: func(string) (string, bool) { return "", false }})
	if err != nil {
		t.Fatal(err)
	}
	if v.MaxPages != crawl.DefaultMaxPages || v.MaxDepth != crawl.DefaultMaxDepth || v.Delay != crawl.DefaultDelay || v.Timeout != 30*time.Minute || v.UserAgent != fetch.DefaultUserAgent {
		t.Errorf("the defaults of the settings are %+v", *v)
	}
}

func TestFlagOverridesManifestOverridesEnvironment(t *testing.T) {
	t.Parallel()
	site, err := demo.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(site.Close)
	manifest := filepath.Join(t.TempDir(), "company.yaml")
	text := "apiVersion: crawl.clausea.co/v1alpha1\nkind: Company\nmetadata:\n  name: harbour\nspec:\n  domains: [" + demo.Domain + "]\n  crawl:\n    maxPages: 3\n    delay: 1ms\n"
	if err := os.WriteFile(manifest, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"CLAUSEA_MAX_PAGES": "2", "CLAUSEA_CA_FILE": site.CAFile, "CLAUSEA_CONNECT_TO": ":443:" + site.Addr, "CLAUSEA_ALLOW_ADDRESS": "127.0.0.1/32"}
	if _, stdout, stderr := call(t, env, "crawl", manifest, "--no-store", "-o", "json"); !strings.Contains(stdout, `"fetches":3,`) {
		t.Errorf("the manifest does not override the environment: %s%s", stdout, stderr)
	}
	if _, stdout, stderr := call(t, env, "crawl", manifest, "--no-store", "-o", "json", "--max-pages", "1"); !strings.Contains(stdout, `"fetches":1,`) {
		t.Errorf("the flag does not override the manifest: %s%s", stdout, stderr)
	}
}

func TestCommandsPageIsUpToDate(t *testing.T) {
	t.Parallel()
	var want bytes.Buffer
	if err := WriteMarkdown(&want); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../docs/commands.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("docs/commands.md is out of date: run make generate")
	}
}
