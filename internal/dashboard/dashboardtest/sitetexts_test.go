package dashboardtest

// The pages of the site. The terms have two verbs for what changes; the others omit both.
const (
	siteHome = `<!doctype html><html lang="en"><title>Example: berths for small boats</title><h1>A berth for the night</h1>
<p>Example lets skippers find and book a free berth in more than two hundred marinas.</p>
<footer><a href="/legal/terms">Terms of service</a> <a href="/legal/cookies">Cookie policy</a></footer>%.0[1]s%.0[2]s`

	siteTerms = `<!doctype html><html lang="en"><title>Terms of Service</title><h1>Terms of Service</h1>
<p>These terms are an agreement between you and Example Ltd. By booking a berth through our service you accept them. If you do not agree to these terms, do not use the service.</p>
<h2>The service</h2><p>We show free berths and pass your booking on to the marina. The contract for the berth itself is between you and the marina; its own rules apply there.</p>
<h2>Prices and payment</h2><p>Prices include tax. We charge your card when the marina confirms the booking.%[2]s</p>
<h2>Liability</h2><p>Our liability is limited to the fees that you paid in the last %[1]s, to the extent that the law permits.</p>
<h2>Governing law</h2><p>These terms are governed by the law of Ireland, and disputes shall be heard by its courts.</p>`

	siteCookies = `<!doctype html><html lang="en"><title>Cookie Policy</title><h1>Cookie Policy</h1>
<p>A cookie is a small text file that a website stores in your browser. This policy says which cookies we use and how you refuse them.</p>
<h2>Your choice</h2><p>Strictly necessary cookies are set without consent. You may refuse all other cookies in the banner, or delete them in the settings of your browser at any time.</p>%.0[1]s%.0[2]s`

	sitePrivacy = `<!doctype html><html lang="en"><title>Privacy Policy</title><h1>Privacy Policy</h1>
<p>This policy explains which personal data Example Ltd collects about you, why, and what rights you have.</p>
<h2>What we collect</h2><p>When you book we collect your name, e-mail address, telephone number and your payment details.</p>
<h2>Your rights</h2><p>You have the right to access, correct, erase and port your data, and to complain to a supervisory authority.</p>%.0[1]s%.0[2]s`
)
