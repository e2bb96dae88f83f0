package dashboardtest

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/clausea/crawler/internal/store"
)

// startReview starts a browser that is signed in to a dashboard with three changes of a document.
func startReview(t *testing.T) (*system, *browser) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts Chromium")
	}
	s := startSystem(t)
	s.company(seededCompany)
	s.document(seededDocument, "Privacy policy", "We keep your data for 30 days.", "We keep your data for 60 days.", "We keep your data for 90 days.")
	return s, startBrowser(t, s.url)
}

// press sends a key to the page.
func (b *browser) press(key string) {
	b.t.Helper()
	b.do("press "+key, chromedp.KeyEvent(key))
}

// await waits until the page and its scripts are loaded and a JavaScript expression is true. Pages
// load meanwhile, so errors are ignored.
func (b *browser) await(what, expression string) {
	b.t.Helper()
	for deadline := time.Now().Add(stepTimeout); ; {
		v, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`document.readyState === "complete" && (`+expression+`)`))
		if err == nil && v {
			return
		}
		if time.Now().After(deadline) {
			page, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
			b.t.Fatalf("timed out waiting for %s: %v: the page is %.3000s", what, err, page)
		}
		<-time.After(20 * time.Millisecond)
	}
}

// reviewState returns the state of the review of a change.
func (s *system) reviewState(changeID string) store.ReviewState {
	s.t.Helper()
	r, err := s.store.GetReview(s.t.Context(), changeID)
	if err != nil {
		s.t.Fatal(err)
	}
	return r.State
}

func TestAReviewerWorksByKeyboard(t *testing.T) {
	t.Parallel()
	s, b := startReview(t)
	b.signIn()
	b.await("the review", `document.querySelectorAll("[data-row]").length === 3`)
	b.press("j")
	b.await("the first change", `document.activeElement.href?.endsWith("/changes/privacy-3")`)
	b.press("x")
	b.await("the selection", `document.querySelector("input[value='privacy-3']").checked`)
	b.press("e")
	b.await("the notice", `document.querySelector(".notice") !== null && document.querySelectorAll("[data-row]").length === 2`)
	if got := s.reviewState("privacy-3"); got != store.ReviewReviewed {
		t.Errorf("the review is %s", got)
	}
	b.press("j")
	b.press(kb.Enter)
	b.await("the change", `location.pathname.endsWith("/changes/privacy-2") && document.querySelector(".diff-bar") !== null`)
	b.press("n")
	b.await("the first difference", `document.querySelector("[data-counter]").textContent.startsWith("1 of ") && document.activeElement.id === "diff-1"`)
	b.press("?")
	b.await("the list of keys", `document.querySelector("dialog#keys").open`)
	b.press(kb.Escape)
	b.await("its end", `!document.querySelector("dialog#keys").open`)
	b.do("press →", chromedp.KeyEvent(kb.ArrowRight))
	b.await("the next change", `location.pathname.endsWith("/changes/privacy-3")`)
	for _, f := range b.takeFaults() {
		t.Error(f)
	}
}

func TestAReviewerWorksWithoutScripts(t *testing.T) {
	t.Parallel()
	s, b := startReview(t)
	b.do("disable scripts", call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	b.signIn()
	b.open("/dashboard/changes/privacy-2")
	text := evaluate[string](b, `document.querySelector(".diff").innerText`)
	if !strings.Contains(text, "60") || !strings.Contains(text, "30") {
		t.Errorf("the difference is %q", text)
	}
	evaluate[bool](b, `document.querySelector("#review-state").value = "NoAction"; document.querySelector("#review-note").value = "Agreed."; true`)
	b.do("save the review", chromedp.Click(`form[action$="/review"] button`))
	b.await("the notice", `document.querySelector(".notice") !== null`)
	if got := s.reviewState("privacy-2"); got != store.ReviewNoAction {
		t.Errorf("the review is %s", got)
	}
	b.open("/dashboard/search?q=%22your+data%22")
	if n := evaluate[int](b, `document.querySelectorAll("main mark").length`); n == 0 {
		t.Error("the search marks nothing")
	}
	b.do("sign out", chromedp.Click("form.who button"))
	b.await("the sign-in", `location.pathname.endsWith("/sign-in")`)
}
