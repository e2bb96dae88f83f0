package offsite

import (
	"net/url"
	"testing"
)

func link(t *testing.T, raw, text, region, context string) Link {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return Link{URL: u, Text: text, Region: region, Context: context}
}

func TestALinkPresentsOrCitesADocument(t *testing.T) {
	t.Parallel()
	document := func(l Link) Link { l.FromDocument = true; return l }
	for _, c := range []struct {
		link Link
		want Relation
	}{
		{link(t, "https://parent.test/privacy", "Privacy Policy", "footer", "Privacy Policy"), Own},
		{link(t, "https://parent.test/x", "Terms & Conditions", "", "Terms & Conditions"), Own},
		{link(t, "https://parent.test/privacy", "Privacy Policy", "footer", "© 2026 Parent Ltd. Privacy Policy"), Own},
		{link(t, "https://parent.test/privacy", "Brightsail Privacy Policy", "footer", "Brightsail Privacy Policy"), Own},
		{link(t, "https://brightsail.zendesk.com/hc/articles/1", "Cookie Policy", "nav", ""), Own},
		{link(t, "https://www.iubenda.com/privacy-policy/12", "Privacy Policy", "footer", "Privacy Policy by iubenda"), Own},
		{link(t, "https://www.brightsail.de/datenschutz", "", "footer", ""), Own},
		{link(t, "https://www.brightsail.de/datenschutz", "Deutsch", "nav", ""), Unrelated},
		{link(t, "https://parent.test/about", "About", "footer", ""), Unrelated},
		{link(t, "https://policies.captcha.test/privacy", "Privacy Policy", "footer", "protected by Captcha and the Captcha Privacy Policy and Terms apply"), Cited},
		{link(t, "https://www.captcha.test/privacy", "Captcha's Privacy Policy", "footer", ""), Cited},
		{link(t, "https://www.privacyseal.test/list", "Privacy Seal website", "", ""), Cited},
		{link(t, "https://optout.test/", "Your Ad Choices", "footer", ""), Unrelated},
		{link(t, "https://licence.test/by/4.0", "License", "footer", ""), Unrelated},
		{link(t, "https://law.test/", "GDPR", "footer", ""), Unrelated},
		{document(link(t, "https://payments.test/privacy", "privacy policy", "main", "We use a payment service; see its privacy policy.")), Doubtful},
		{link(t, "https://parent.test/t", "Clubcard terms", "footer", ""), Doubtful},
	} {
		j := NewJudge([]string{"brightsail.com"})
		if got := j.Relations([]Link{c.link})[0]; got != c.want {
			t.Errorf("%q at %s in %q is %d, want %d", c.link.Text, c.link.URL, c.link.Context, got, c.want)
		}
	}
}

func TestALinkToARelatedDomainMayNameItsOwner(t *testing.T) {
	t.Parallel()
	j := NewJudge([]string{"brightsail.com"})
	named := link(t, "https://build.parent.test/terms", "Parent API Terms", "", "Parent API Terms")
	if got := j.Relations([]Link{named}); got[0] != Cited {
		t.Errorf("alone it is %d", got[0])
	}
	if got := j.Relations([]Link{named, link(t, "https://parent.test/privacy", "Privacy Policy", "footer", "")}); got[0] != Own || got[1] != Own {
		t.Errorf("next to a document of the parent it is %v", got)
	}
}

func TestAListOfVendorsIsCited(t *testing.T) {
	t.Parallel()
	j := NewJudge([]string{"brightsail.com"})
	for i, r := range j.Relations([]Link{
		link(t, "https://one.test/privacy", "Privacy Policy", "main", ""), link(t, "https://two.test/privacy", "Privacy Policy", "main", ""),
	}) {
		if r != Cited {
			t.Errorf("link %d is %d", i, r)
		}
	}
}

func TestAPageMentionsTheCompanyInAnySpelling(t *testing.T) {
	t.Parallel()
	mentions := NewJudge([]string{"bright-sail.co.uk"}).MentionTest()
	if !mentions([]byte("<p>Bright Sail Ltd respects your privacy")) || mentions([]byte("<p>We respect your privacy")) {
		t.Error("the mention of the company is not recognized")
	}
}
