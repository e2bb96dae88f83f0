package dashboardtest

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// traveller is a person who uses the dashboard of a process.
type traveller struct {
	hands

	t         *testing.T
	b         *browser
	site      *site
	downloads string
	scripts   bool // scripts run in the browser
}

// startJourney starts a process over an empty store, and opens its dashboard.
func startJourney(t *testing.T, scripts bool, of func(*browser) hands) *traveller {
	t.Helper()
	if testing.Short() {
		t.Skip("starts Chromium and a process")
	}
	s := startSite(t)
	b := startBrowser(t, startStandalone(t, s))
	b.look("light", 1280)
	if !scripts {
		b.do("disable scripts", call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	}
	return &traveller{hands: of(b), t: t, b: b, site: s, downloads: b.startDownloads(), scripts: scripts}
}

// awaitText waits until the page, at a path that begins with a text, shows a text.
func (j *traveller) awaitText(path, text string) {
	j.t.Helper()
	j.b.await(text, `location.pathname.startsWith(`+quoted(path)+`) && document.body.innerText.includes(`+quoted(text)+`)`)
}

// awaitReloaded reloads the page until it shows a text a number of times.
func (j *traveller) awaitReloaded(text string, times int) {
	j.t.Helper()
	ctx, cancel := stepContext(j.b)
	defer cancel()
	for strings.Count(evaluate[string](j.b, `document.body.innerText`), text) < times {
		if ctx.Err() != nil {
			j.t.Fatalf("the page does not show %q: %s", text, evaluate[string](j.b, "document.body.innerText"))
		}
		j.b.do("reload", chromedp.Reload())
	}
}

// start opens the dashboard and signs in.
func (j *traveller) start() {
	j.t.Helper()
	j.b.open("/dashboard/")
	j.awaitText("/dashboard/sign-in", "Sign in to Clausea")
	j.write("#password", password)
	j.press(".signin button")
	j.awaitText("/dashboard/", "No company is monitored yet.")
}

// preview shows what crawls of the site would find, while it crawls.
func (j *traveller) preview() {
	j.t.Helper()
	j.press(`main a[href="/dashboard/companies/new"]`)
	j.awaitText("/dashboard/companies/new", "Add a company")
	j.site.hold()
	j.write("#url", "https://"+siteHost)
	j.press(`button[value="preview"]`)
	j.awaitText("/dashboard/crawls/", "Nothing is monitored until you add the company.")
	j.watch()
	j.awaitText("/dashboard/crawls/", "Expected, not found")
}

// watch watches a crawl until it ends.
func (j *traveller) watch() {
	j.t.Helper()
	if j.scripts {
		evaluate[bool](j.b, "globalThis.notReloaded = true")
		j.b.await("the first page", `[...document.querySelectorAll(".stat")].some((e) => /^[1-9][0-9]*\s+fetched/.test(e.innerText))`)
	}
	j.site.release()
	if !j.scripts {
		j.awaitReloaded("Complete", 1)
		return
	}
	j.b.await("the end of the crawl", `document.querySelector("#crawl-live [role=status]").innerText === "Complete"`)
	if !evaluate[bool](j.b, "globalThis.notReloaded === true") {
		j.t.Error("the page was loaded again during the crawl")
	}
}

// add adds the company of the preview, and waits for its first crawl.
func (j *traveller) add() {
	j.t.Helper()
	j.press(`a[href^="/dashboard/companies/new?"]`)
	j.awaitText("/dashboard/companies/new", "Add a company")
	if got := evaluate[string](j.b, `document.querySelector("#url").value`); !strings.Contains(got, siteHost) {
		j.t.Errorf("the form has the URL %q", got)
	}
	j.press(`button[value="add"]`)
	j.awaitText("/dashboard/companies/", "The company is added.")
	j.awaitReloaded("\tComplete\tFrontier empty\t3\n", 2) // of the preview, and of the first crawl
	j.awaitReloaded("No page links to such a document.", 1)
}

// pin pins the privacy policy, which no page links to.
func (j *traveller) pin() {
	j.t.Helper()
	j.write("#pin-privacy_policy", "https://"+siteHost+unlinkedPath)
	j.press(`form:has(#pin-privacy_policy) button`)
	j.awaitText("/dashboard/companies/", "Pinned the URL.")
}

// hook creates a webhook, and tests it.
func (j *traveller) hook() {
	j.t.Helper()
	j.press(`nav a[href="/dashboard/webhooks"]`)
	j.awaitText("/dashboard/webhooks", "There are no webhooks.")
	j.write("#name", "Legal department")
	j.write("#url", j.site.webhookURL())
	j.press(`form[action="/dashboard/webhooks"] button.primary`)
	j.awaitText("/dashboard/webhooks", "It is not shown again.")
	j.press(`form[action$="/test"] button`)
	j.awaitText("/dashboard/webhooks/", "The endpoint accepted the ping")
	if n := j.site.messages("co.clausea.ping.v1"); n != 2 {
		j.t.Errorf("the receiver has %d pings, want one of the creation and one of the test", n)
	}
}

// crawlAgain crawls the site after it changed.
func (j *traveller) crawlAgain() {
	j.t.Helper()
	j.site.change()
	j.press(`nav a[href="/dashboard/companies"]`)
	j.awaitText("/dashboard/companies", siteHost)
	j.press(`main a[href="/dashboard/companies/` + siteHost + `"]`)
	j.awaitText("/dashboard/companies/"+siteHost, "Coverage")
	j.site.hold()
	j.press(`form[action="/dashboard/crawls"] button`)
	j.awaitText("/dashboard/crawls/", "queued")
	j.watch()
	j.awaitText("/dashboard/crawls/", "New version")
}

// read opens the changed terms from the review, and steps to the difference.
func (j *traveller) read() {
	j.t.Helper()
	j.press(`nav a[href="/dashboard/"]`)
	j.awaitText("/dashboard/", "unread")
	id := evaluate[string](j.b, `[...document.querySelectorAll(".review-row")].find((e) => e.innerText.includes("Terms") && e.querySelector("ins, del"))?.querySelector("a[data-open]").getAttribute("href") ?? ""`)
	if id == "" {
		j.t.Fatalf("the review has no changed terms: %s", evaluate[string](j.b, "document.body.innerText"))
	}
	j.press(`a[data-open][href="` + id + `"]`)
	j.awaitText("/dashboard/changes/", "Version 1 to version 2")
	for selector, word := range map[string]string{".diff ins": "three", ".diff del": "twelve"} {
		if text := evaluate[string](j.b, `[...document.querySelectorAll(`+quoted(selector)+`)].map((e) => e.innerText).join(" ")`); !strings.Contains(text, word) {
			j.t.Errorf("%s has the text %q, want %q in it", selector, text, word)
		}
	}
}

// review writes a review of the change.
func (j *traveller) review() {
	j.t.Helper()
	j.choose("#review-state", "No action")
	j.write("#review-note", "The fee is known to us.")
	j.press(`form[action$="/review"] button`)
	j.awaitText("/dashboard/changes/", "The fee is known to us.")
	j.b.await("the state of the review", `document.querySelector("[aria-labelledby=review] .badge").innerText.startsWith("No action")`)
}

// export downloads the change.
func (j *traveller) export() {
	j.t.Helper()
	j.press(`a[href$="/patch"]`)
	if patch := string(awaitDownload(j.t, j.downloads, ".patch")); !strings.Contains(patch, "\n-Our liability is limited to the fees that you paid in the last twelve months") || !strings.Contains(patch, "\n+Our liability is limited to the fees that you paid in the last three months") {
		j.t.Errorf("the patch is\n%s", patch)
	}
	j.press(`a[href$="/docx"]`)
	word := awaitDownload(j.t, j.downloads, ".docx")
	archive, err := zip.NewReader(bytes.NewReader(word), int64(len(word)))
	if err != nil {
		j.t.Fatalf("the Word document is not an archive: %v", err)
	}
	f, err := archive.Open("word/document.xml")
	if err != nil {
		j.t.Fatal(err)
	}
	text, err := io.ReadAll(f)
	if err != nil {
		j.t.Fatal(err)
	}
	for _, want := range []string{"<w:ins ", "<w:del ", "three", "twelve", "forty euros"} {
		if !bytes.Contains(text, []byte(want)) {
			j.t.Errorf("the Word document has no %q", want)
		}
	}
}

// readDelivery opens the delivery of the change to the webhook.
func (j *traveller) readDelivery() {
	j.t.Helper()
	j.press(`nav a[href="/dashboard/webhooks"]`)
	j.awaitText("/dashboard/webhooks", "Legal department")
	j.press(`main th a[href^="/dashboard/webhooks/"]`)
	j.awaitText("/dashboard/webhooks/", "Deliveries")
	j.awaitReloaded("Delivered\t", 1)
	j.press(`td a[href*="/deliveries/"]`)
	j.awaitText("/dashboard/webhooks/", "co.clausea.change.v1")
	if n := j.site.messages("co.clausea.change.v1"); n < 2 {
		j.t.Errorf("the receiver has %d changes, want that of the terms and that of the privacy policy", n)
	}
}

// end signs out. The pages need a new sign-in then.
func (j *traveller) end() {
	j.t.Helper()
	j.press("form.who button")
	j.awaitText("/dashboard/sign-in", "You are signed out.")
	j.b.open("/dashboard/companies")
	j.awaitText("/dashboard/sign-in", "Sign in to Clausea")
	for _, f := range j.b.takeFaults() {
		j.t.Error(f)
	}
}

// whole is the whole journey.
func (j *traveller) whole() {
	j.t.Helper()
	for _, step := range []func(){j.start, j.preview, j.add, j.pin, j.hook, j.crawlAgain, j.read, j.review, j.export, j.readDelivery, j.end} {
		step()
	}
}

func TestTheDashboardLeadsFromTheFirstSignInToAReviewedChange(t *testing.T) {
	t.Parallel()
	startJourney(t, true, func(b *browser) hands { return mouse{b} }).whole()
}

func TestTheKeyboardAloneLeadsFromTheFirstSignInToAReviewedChange(t *testing.T) {
	t.Parallel()
	startJourney(t, true, func(b *browser) hands { return keyboard{b} }).whole()
}

func TestTheDashboardNeedsNoScriptsForItsCore(t *testing.T) {
	t.Parallel()
	j := startJourney(t, false, func(b *browser) hands { return mouse{b} })
	for _, step := range []func(){j.start, j.preview, j.add, j.crawlAgain, j.read, j.review, j.export, j.end} {
		step()
	}
}
