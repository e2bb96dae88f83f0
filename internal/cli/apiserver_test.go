package cli

import (
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/settings"
)

func TestTheSettingsInForceHaveTheirSourceAndNoSecret(t *testing.T) {
	t.Parallel()
	const password = "correct-horse-battery"
	v, err := settings.New().Load(settings.CommandDashboard, environment(map[string]string{
		"DASHBOARD_PASSWORD": password, "MONGO_URI": "mongodb://app:" + password + "@db.example/", "LOG_LEVEL": "debug",
	}))
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, s := range shownSettings(v) {
		if strings.Contains(s.Value, password) {
			t.Errorf("%s shows a secret: %s", s.Name, s.Value)
		}
		found = found || s.Name == "log-level" && s.Value == "debug" && s.Source == "environment LOG_LEVEL"
	}
	if !found {
		t.Errorf("the log level is not among the settings: %+v", shownSettings(v))
	}
}
