package content

import (
	"strings"
	"testing"
)

// around returns a page with a part of a policy between two sections of prose, inside main, or
// inside plain div elements.
func around(part string, inMain bool) string {
	open, end := "<div id=app><div class=page>", "</div></div>"
	if inMain {
		open, end = "<main>", "</main>"
	}
	return "<body><header><nav><a href=/>Home</a> <a href=/pricing>Prices</a></nav></header>" + open +
		"<h1>Privacy policy</h1><h2>Who we are</h2><p>" + section(1) + "</p>" + part + "<h2>Your rights</h2><p>" + section(2) + "</p>" + end +
		"<footer><a href=/terms>Terms</a> <p>© 2025 Harbour Ltd</p></footer></body>"
}

// The text that a reader of the page sees in the content area, or after opening a panel there,
// is part of the document.
func TestTextThatAReaderSeesIsKept(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ part, want string }{
		"aria-hidden price":        {`<p>A copy costs <span aria-hidden=true>€5</span><span class=sr-only>5 euros</span> each.</p>`, "A copy costs €5 each."},
		"aria-hidden mark":         {`<p>Sold: <i aria-hidden=true>✗</i> never</p>`, "✗"},
		"aria-hidden paragraph":    {`<p aria-hidden=true>We keep the logs of the harbour for thirty days.</p>`, "thirty days"},
		"aria-hidden cell":         {`<table><tr><th>Plan</th><th>Price</th></tr><tr><td>Basic</td><td aria-hidden=true>€5</td></tr></table>`, "| Basic | €5 |"},
		"aria-hidden block":        {`<div class=price><p>It costs</p><div aria-hidden=true>€5 each</div></div>`, "€5 each"},
		"aria-hidden item":         {`<ul><li aria-hidden=true>Boats</li><li>Nets</li></ul>`, "Boats"},
		"section among div":        {`<div class=s><h2>A</h2><p>The first section of it.</p></div><div class=s id=privacy-consent><h2>Consent</h2><p>You may withdraw it by letter.</p></div>`, "by letter"},
		"consent list":             {`<h2>Consent</h2><ul class=consent-preferences><li>You may withdraw it by letter.</li></ul>`, "by letter"},
		"cookie law":               {`<section class=cookie-law><h2>Cookies</h2><p>The law asks us to tell you of them.</p></section>`, "tell you of them"},
		"cookie manager":           {`<div id=cookie-manager><h3>Cookies</h3><p>You manage them in your browser.</p><p><a href=/c>More</a></p></div>`, "in your browser"},
		"cookiebot table":          {`<div class=cookieConsent><h2>Cookies</h2><table><tr><th>Name</th><th>Days</th></tr><tr><td>sid</td><td>30</td></tr></table></div>`, "| sid | 30 |"},
		"endnotes":                 {`<section role=doc-endnotes><ol><li>As of May.</li></ol></section>`, "As of May."},
		"notes in a footer":        {`<section><h2>Fees</h2><p>` + section(7) + `</p><footer><p>* Taxes are not included in it.</p></footer></section>`, "Taxes are not included"},
		"more by fragment":         {`<p>We share data. <a href="#rest">Read more</a></p><div id=rest style="display:none">With brokers.</div>`, "With brokers."},
		"more by toggle class":     {`<p>We share data.</p><span class="read-more-toggle" role=button>More</span><div class=readmore hidden><p>With brokers.</p></div>`, "With brokers."},
		"hidden until found":       {`<h3>Cost</h3><div hidden=until-found>It is free.</div>`, "It is free."},
		"definition of an icon":    {`<dl><dt>Sold</dt><dd><span class=visually-hidden>No</span><i class=icon></i></dd></dl>`, "No"},
		"grid cell":                {`<div role=row><div role=cell>Names</div><div role=cell><span class=sr-only>Never</span><i class=icon></i></div></div>`, "Never"},
		"fieldset":                 {`<fieldset><legend>Opt out</legend><p>You may tell us at any time not to sell your data. We act on it within ninety days of the message.</p><input type=text></fieldset>`, "within ninety days"},
		"table in a big cell":      {`<table><tr><th>Purpose</th><th>Data</th><th>Time</th></tr><tr><td>Bill</td><td>Name</td><td>10 years</td></tr><tr><td>News</td><td><table><tr><th>Kind</th><th>Use</th></tr><tr><td>Email</td><td>send</td></tr><tr><td>Phone</td><td>call</td></tr></table></td><td>2 years</td></tr></table>`, "| Bill | Name | 10 years |"},
		"repeated paragraphs":      {"<div><p>" + section(8) + "</p><p>" + section(8) + "</p></div>", section(8) + "\n\n" + section(8)},
		"repeated definitions":     {"<dl><dt>A</dt><dd>" + section(8) + "</dd><dt>B</dt><dd>" + section(8) + "</dd></dl>", "**B**\n\n" + section(8)},
		"short answer":             {`<h3><button aria-expanded=false>Do you sell data?</button></h3><div style="display:none"><p>No, never.</p></div>`, "No, never."},
		"answer with hidden":       {`<div><button aria-controls=a1>May I leave?</button><div id=a1 hidden>Yes.</div></div>`, "Yes."},
		"answer in a wrapper":      {`<div class=item><h3 class=q>Do you sell data?</h3><div class=a hidden>Never.</div></div>`, "Never."},
		"definition list":          {`<dl><dt>Cost</dt><dd style="display:none">Free of charge</dd></dl>`, "Free of charge"},
		"list of links":            {`<h2><button aria-expanded=false>Our subprocessors</button></h2><div style="display:none"><p>We use:</p><ul><li><a href=https://a.example>Amazing Cloud Ltd</a></li><li><a href=https://b.example>Mailpost GmbH</a></li></ul></div>`, "Mailpost GmbH"},
		"list of links, details":   {`<details><summary>Our subprocessors</summary><ul><li><a href=https://a.example>Amazing Cloud Ltd</a></li><li><a href=https://b.example>Mailpost GmbH</a></li></ul></details>`, "Mailpost GmbH"},
		"read more, inline":        {`<p>We share data with partners<span id=dots>...</span><span id=more style="display:none"> and with brokers abroad.</span> <button onclick=x()>Read more</button></p>`, "and with brokers abroad."},
		"read more, block":         {`<p>We share data.</p><div class=more hidden><p>Also with brokers.</p></div><a href="#" class=toggle>Read more</a>`, "Also with brokers."},
		"section named for cookie": {`<section id=cookie-consent><h2>Cookies</h2><p>We set cookies after you agree, and you may withdraw it at any time.</p></section>`, "withdraw it at any time"},
		"div named for consent":    {`<div class="privacy-consent"><h2>Consent</h2><p>You may withdraw your consent at any time by letter.</p></div>`, "by letter"},
		"cookie settings button":   {`<div class="cookie-preferences"><h2>Cookies</h2><p>We use cookies for the shop. You may change them here.</p><button>Cookie settings</button></div>`, "change them here"},
		"onetrust section":         {`<section class="onetrust-section"><h2>Cookies</h2><p>We set cookies after you agree, and you may withdraw it at any time.</p></section>`, "withdraw it at any time"},
		"section with a form":      {`<section><h2>Opt out</h2><p>You may tell us at any time not to sell your data. We act on it within ninety days of the message.</p><form><label>Email <input type=email></label><button>Send</button></form></section>`, "within ninety days"},
		"text inside a form":       {`<form><h2>Opt out</h2><p>You may tell us at any time not to sell your data. We act on it within ninety days of the message.</p><p><input type=email name=e></p><button>Send</button></form>`, "within ninety days"},
		"footnotes":                {`<aside class=footnotes><p>1. As of the first of May.</p></aside>`, "first of May"},
		"footnote by role":         {`<aside role=doc-footnote>1. As of May.</aside>`, "As of May."},
		"note of a section":        {`<div class=sidebar-note><p>Minors need the consent of a parent before they sail.</p></div>`, "before they sail"},
		"repeated items":           {"<ol><li>" + section(3) + "</li><li>" + section(4) + "</li><li>" + section(3) + "</li><li>" + section(5) + "</li></ol>", "4. " + section(5)},
		"screen reader cell":       {`<table><tr><th>Data</th><th>Sold</th></tr><tr><td>Names</td><td><span class=sr-only>No</span><i class=icon></i></td></tr></table>`, "| Names | No |"},
		"icon with a label":        {`<table><tr><th>Data</th><th>Sold</th></tr><tr><td>Names</td><td><i class=icon aria-label=No></i></td></tr></table>`, "| Names | No |"},
		"icon with a title":        {`<table><tr><th>Data</th><th>Sold</th></tr><tr><td>Names</td><td><i class=icon title=No></i></td></tr></table>`, "| Names | No |"},
		"title of a drawing":       {`<table><tr><th>Data</th><th>Sold</th></tr><tr><td>Names</td><td><svg><title>No</title><path d="M0"/></svg></td></tr></table>`, "| Names | No |"},
		"label of a drawing":       {`<table><tr><th>Data</th><th>Sold</th></tr><tr><td>Names</td><td><svg role=img aria-label="No"><path d="M0"/></svg></td></tr></table>`, "| Names | No |"},
		"picture with a text":      {`<table><tr><th>Data</th><th>Sold</th></tr><tr><td>Names</td><td><img src="data:image/png;base64,x" alt="No, never"></td></tr></table>`, "| Names | No, never |"},
		"icon by its class":        {`<table><tr><th>Data</th><th>Sold</th></tr><tr><td>Names</td><td><i class="fa fa-times"></i></td></tr><tr><td>Ages</td><td><i class="fa fa-check"></i></td></tr></table>`, "| Names | ✗ |\n| Ages | ✓ |"},
		"checkbox":                 {`<table><tr><th>Data</th><th>Sold</th></tr><tr><td>Names</td><td><input type=checkbox checked disabled></td></tr></table>`, "| Names | ☑ |"},
		"table in a table":         {`<table><thead><tr><th>Purpose</th><th>Data</th></tr></thead><tr><td>News</td><td><table><tr><td>Email</td></tr><tr><td>Name</td></tr></table></td></tr></table>`, "| News | Email<br><br>Name |"},
		"table without a header":   {`<table><tr><td>Billing</td><td>Name and address</td></tr><tr><td>News of the port</td><td><table><tr><td>Email</td></tr></table></td></tr><tr><td>Log</td><td>IP address</td></tr></table>`, "| News of the port | Email |"},
		"section named ads":        {`<div class=ads><p>We show advertisements of boats that are near you.</p></div>`, "boats that are near you"},
		"section named share":      {`<div class=share><p>We share your data with the harbour police.</p></div>`, "harbour police"},
		"section named menu":       {`<div class=menu-content><p>The menu of the bar holds no personal data.</p></div>`, "holds no personal data"},
		"section with no button":   {`<section class=newsletter><h2>Newsletter</h2><p>We send the newsletter only with your consent.</p></section>`, "only with your consent"},
		"footer of an article":     {`<article><p>` + section(6) + `</p><footer><p>The port keeps this notice under review.</p></footer></article>`, "under review"},
		"list at the end":          {`<h2>Partners</h2><p>We share with:</p><ul><li><a href=https://a.example>Amazing Cloud Ltd</a></li><li><a href=https://b.example>Mailpost GmbH</a></li></ul>`, "Mailpost GmbH"},
	} {
		for _, inMain := range []bool{true, false} {
			if got := ExtractHTML([]byte(around(c.part, inMain)), fixtureURL).Markdown; !strings.Contains(got, c.want) {
				t.Errorf("%s, in main %t: %q is missing:\n%s", name, inMain, c.want, strings.ReplaceAll(got, section(1), "(1)"))
			}
		}
	}
}

// Boilerplate inside the content area stays dropped.
func TestBoilerplateInTheTextIsDropped(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]string{
		"consent banner":  `<div class=cookie-consent><p>We use cookies to improve the site. XYZ</p><button>Accept all</button></div>`,
		"consent dialog":  `<div role=dialog class=consent-preferences><h2>Cookies XYZ</h2><p>Choose what you allow.</p></div>`,
		"hidden tooltip":  `<div class=tooltip hidden>XYZ</div>`,
		"small form":      `<div><h3>Newsletter XYZ</h3><form><input type=email><button>Send</button></form></div>`,
		"name of an icon": `<p>Open <i class="material-icons" aria-hidden=true>XYZ</i> this.</p>`,
		"screen reader":   `<p>Partner <span class=sr-only>XYZ</span></p>`,
		"hidden message":  `<p>Copy the link.</p><span hidden>XYZ</span>`,
	} {
		if got := ExtractHTML([]byte(around(part, true)), fixtureURL).Markdown; strings.Contains(got, "XYZ") {
			t.Errorf("%s:\n%s", name, got)
		}
	}
}
