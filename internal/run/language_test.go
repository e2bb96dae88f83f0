package run

import (
	"slices"
	"strings"
	"testing"
)

func TestTheTranslationInARequestedLanguageIsFetched(t *testing.T) {
	t.Parallel()
	translations := `<link rel=alternate hreflang=en href="/privacy"><link rel=alternate hreflang=de href="/de/datenschutz"><link rel=alternate hreflang=fr href="/fr/confidentialite">`
	german := "<!doctype html><html lang=de><title>Datenschutzerklärung</title><main><h1>Datenschutzerklärung</h1>" +
		strings.Repeat("<p>Wir verarbeiten personenbezogene Daten nach dieser Erklärung; Ihre Rechte, die Rechtsgrundlage und die Dauer der Speicherung sind unten beschrieben.</p>", 12) + "</main>"
	links := []string{"/privacy", "Privacy Policy", "/terms", "Terms of Service"}
	for _, name := range []string{"press", "team", "boats", "nets", "news", "jobs", "help", "prices"} {
		links = append(links, "/legal/"+name, name)
	}
	pages := map[string]string{
		"/": home(links...), "/terms": policy("Terms of Service"),
		"/de/datenschutz": german, "/fr/confidentialite": policy("Politique de confidentialité"),
	}
	pages["/privacy"] = strings.Replace(policy("Privacy Policy"), "<title>", translations+"<title>", 1)
	rep := crawlOnce(t, newWeb(t, pages).runner(t, nil), func(tk *Task) { tk.Plan.Languages, tk.Plan.MaxPages = []string{"de"}, 5 })
	var found []string
	for _, d := range rep.Documents {
		found = append(found, strings.TrimPrefix(d.URL, "https://example.com"))
	}
	if !slices.Contains(found, "/de/datenschutz") {
		t.Errorf("the German translation is not among %v: %s", found, rep.Run.Message)
	}
}
