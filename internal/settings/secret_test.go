package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

func TestErrorsDoNotShowInvalidSecrets(t *testing.T) {
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

func TestNoFormatPrintsASecret(t *testing.T) {
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
			t.Errorf("the secret is in: %s", text)
		}
	}
	if !slices.ContainsFunc(out, func(text string) bool { return strings.Contains(text, redacted) }) {
		t.Error("no output shows that the secret is redacted")
	}
	if secret.Reveal() != canary || !slices.Contains(v.Secrets(), canary) {
		t.Error("Reveal or Secrets does not return the secret")
	}
}
