package telemetry

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/go-logr/logr"
	"pgregory.net/rapid"
)

// canaries are secrets with characters that encoders escape.
var canaries = []string{
	"c4n4ry-plain-0123456789",
	`c4n4ry "quoted" \back/ <html> & 100% + ü`,
	"mongodb://clausea:c4n4ry%21pass%2Fword@db.example:27017/clausea?tls=true",
	"mongodb://clausea:c4n4ry/is#not?valid@db.example/",
	"https://user:c4n4ry:with@signs@proxy.example:8080",
}

// spellings returns the recognizable parts of the canaries.
func spellings() []string {
	return []string{"c4n4ry", "c4n4ry!pass", base64.RawStdEncoding.EncodeToString([]byte("c4n4ry-plain-0123456789"))[4:24]}
}

func TestNoLogCallLeaksASecret(t *testing.T) {
	t.Parallel()
	for _, format := range []string{FormatJSON, FormatConsole} {
		for _, secret := range canaries {
			var out bytes.Buffer
			log, err := NewLogger(LogOptions{Level: "debug", Format: format, Out: &out, Redact: NewRedactor(canaries...)})
			if err != nil {
				t.Fatal(err)
			}
			for way, write := range ways(secret) {
				out.Reset()
				write(log)
				if out.Len() == 0 {
					t.Errorf("%s, %s: the log is empty", format, way)
				}
				for _, s := range spellings() {
					if strings.Contains(out.String(), s) {
						t.Errorf("%s, %s: the log contains %q: %s", format, way, s, &out)
					}
				}
				if format == FormatJSON && !json.Valid(out.Bytes()) {
					t.Errorf("%s: invalid JSON: %s", way, &out)
				}
			}
		}
	}
}

// ways returns all ways in which text can enter a log line.
func ways(secret string) map[string]func(logr.Logger) {
	header := http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("user:"+secret))}}
	_, urlErr := url.Parse("http://host:port/" + secret + "\x00")
	return map[string]func(logr.Logger){
		"message":      func(l logr.Logger) { l.Info("opening " + secret) },
		"key":          func(l logr.Logger) { l.Info("a", secret, 1) },
		"value":        func(l logr.Logger) { l.Info("a", "k", secret) },
		"error":        func(l logr.Logger) { l.Error(errors.New("can't open "+secret), "b") },
		"wrapped":      func(l logr.Logger) { l.Error(fmt.Errorf("a: %w", fmt.Errorf("open %q", secret)), "b") },
		"joined":       func(l logr.Logger) { l.Error(errors.Join(errors.New(secret), context.Canceled), "b") },
		"url error":    func(l logr.Logger) { l.Error(urlErr, "b") },
		"error value":  func(l logr.Logger) { l.Info("a", "err", errors.New(secret)) },
		"with value":   func(l logr.Logger) { l.WithValues("k", secret).Info("a") },
		"with name":    func(l logr.Logger) { l.WithName(secret).Info("a") },
		"debug":        func(l logr.Logger) { l.V(1).Info("a", "k", secret) },
		"struct":       func(l logr.Logger) { l.Info("a", "k", struct{ Password, Other string }{secret, secret}) },
		"map":          func(l logr.Logger) { l.Info("a", "k", map[string]any{secret: []any{secret}}) },
		"header":       func(l logr.Logger) { l.Info("a", "k", header) },
		"header text":  func(l logr.Logger) { l.Info("a", "k", fmt.Sprintf("%q %v", header, header)) },
		"bytes":        func(l logr.Logger) { l.Info("a", "k", []byte("x"+secret)) },
		"bytes inside": func(l logr.Logger) { l.Info("a", "k", struct{ B []byte }{[]byte("xy" + secret)}) },
		"escaped":      func(l logr.Logger) { l.Info("a", "k", url.Values{"q": {secret}}.Encode()) },
		"path":         func(l logr.Logger) { l.Info("a", "k", "https://host/"+url.PathEscape(secret)) },
		"quoted":       func(l logr.Logger) { l.Info("a", "k", fmt.Sprintf("%q", fmt.Sprintf("%q", secret))) },
	}
}

func TestRedactorRemovesOnlyTextThatLooksLikeACredential(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"dial mongodb://u:p%40ss@a.example:27017,b.example/x failed":             "dial mongodb://[redacted]@a.example:27017,b.example/x failed",
		`parse "https://user:pass@host/"`:                                        `parse "https://[redacted]@host/"`,
		"socks5://token@proxy:1080":                                              "socks5://[redacted]@proxy:1080",
		"Authorization: Bearer abc.def.ghi":                                      "Authorization: [redacted]",
		"map[Authorization:[Basic dXNlcjpwYXNz] Accept:[*/*]]":                   "map[Authorization:[[redacted]",
		`{"k":{"Authorization":["Bearer a]b","x"],"Accept":["y"]},"n":1}`:        `{"k":{"Authorization":"[redacted]","Accept":["y"]},"n":1}`,
		`{"password":"a\"b","user":"u"}`:                                         `{"password":"[redacted]","user":"u"}`,
		`{"apiKey":12,"a":1}`:                                                    `{"apiKey":"[redacted]","a":1}`,
		"sent bearer eyJhbGciOiJIUzI1NiJ9.e30.x":                                 "sent bearer [redacted]",
		"Incorrect API key provided: sk-proj-abcdefghijkl.":                      "Incorrect API key provided: [redacted].",
		"https://host/reset?token=abc&lang=en":                                   "https://host/reset?token=[redacted]&lang=en",
		"x-api-key: clk_0123456789abcdef":                                        "x-api-key: [redacted]",
		"key clausea_1a2B3c4D_0123456789012345678901234567890123456789012345678": "key [redacted]",
		"signed by whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw==, again":              "signed by [redacted], again",
		"clausea_webhook_deliveries_total":                                       "clausea_webhook_deliveries_total",
		"Set-Cookie: session=abc; Path=/":                                        "Set-Cookie: [redacted]",
		"https://medium.com/@someone/terms?x=a@b.c":                              "https://medium.com/@someone/terms?x=a@b.c",
		"mail to legal@example.com, see https://example.com":                     "mail to legal@example.com, see https://example.com",
		"the site refuses the crawler (401): bearer authentication needed":       "the site refuses the crawler (401): bearer authentication needed",
		"https://example.com/sk-podmienky-pouzivania-sluzby":                     "https://example.com/sk-podmienky-pouzivania-sluzby",
		"invalid token: unexpected EOF":                                          "invalid token: unexpected EOF",
		"https://example.com/cookie-policy and https://example.com/secret":       "https://example.com/cookie-policy and https://example.com/secret",
	} {
		if got := (Redactor{}).String(in); got != want {
			t.Errorf("%s\n  got  %s\n  want %s", in, got, want)
		}
	}
}

func TestRedactorRemovesKnownSecretsInEveryEncoding(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringOfN(rapid.Rune(), 8, 40, -1).Draw(t, "secret")
		before := rapid.StringMatching(`[a-z ]{0,5}`).Draw(t, "before")
		r := NewRedactor(secret)
		j, err := json.Marshal(before + secret)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{before + secret, string(j), fmt.Sprintf("%q", before+secret), url.QueryEscape(before + secret)} {
			clean := r.String(text)
			if !strings.Contains(clean, Redacted) || strings.Contains(clean, secret) {
				t.Errorf("%q is redacted to %q", text, clean)
			}
		}
		hidden := base64.StdEncoding.EncodeToString([]byte(before + secret + "after"))
		if clean := r.String(hidden); len(clean) > len(before+"after")*2+len(Redacted)+8 {
			t.Errorf("base64 %s is redacted to %s", hidden, clean)
		}
	})
}

func TestJSONLogHasLevelMessageAndTime(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log, err := NewLogger(LogOptions{Level: "info", Format: FormatAuto, Out: &out})
	if err != nil {
		t.Fatal(err)
	}
	log.V(1).Info("too detailed")
	log.Error(errors.New("no route"), "failed to save page", "url", "https://example.com/")
	if n := strings.Count(out.String(), "\n"); n != 1 {
		t.Fatalf("there are %d lines: %s", n, &out)
	}
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	for k, want := range map[string]any{"level": "error", "message": "failed to save page", "error": "no route", "url": "https://example.com/"} {
		if line[k] != want {
			t.Errorf("%s is %v, want %v", k, line[k], want)
		}
	}
	if _, ok := line["ts"].(string); !ok {
		t.Errorf("the line has no time: %v", line)
	}
}

func TestTerminalLogIsPlainText(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log, err := NewLogger(LogOptions{Level: "info", Format: FormatAuto, Terminal: true, Out: &out})
	if err != nil {
		t.Fatal(err)
	}
	log.Info("crawl ended", "pages", 3)
	if line := out.String(); json.Valid(out.Bytes()) || !strings.Contains(line, "INFO\tcrawl ended\t") {
		t.Errorf("the line is %q", line)
	}
}

func TestNewLoggerRejectsUnknownLevelsAndFormats(t *testing.T) {
	t.Parallel()
	for _, o := range []LogOptions{{Level: "loud", Format: FormatJSON}, {Level: "info", Format: "xml"}} {
		if _, err := NewLogger(o); err == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
}
