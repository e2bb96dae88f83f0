// Package classify tells which type of document a page is, by rules over its names
// and words and by a small linear model that begins from their votes.
package classify

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/clausea/crawler/internal/document/doctype"
)

// rule names a type by its words, strongest place first: title, URL, text of the
// link. The patterns are over lower-case words between spaces.
type rule struct {
	typ  string
	name *regexp.Regexp
}

func words(expr string) *regexp.Regexp {
	alternatives := strings.ReplaceAll(strings.Join(strings.Fields(expr), "|"), "_", "[ -]?")
	return regexp.MustCompile(`(?:^|[ (])(?:` + alternatives + `)(?:[ ),.:;!?]|$)`)
}

// names are tried in this order: the narrower ones come first. "_" is a space or
// nothing.
var names = func() []rule {
	var out []rule
	for _, line := range strings.Split(strings.TrimSpace(nameTable), "\n") {
		typ, expr, _ := strings.Cut(strings.TrimSpace(line), ": ")
		out = append(out, rule{typ, words(expr)})
	}
	return out
}()

const nameTable = `
subprocessors: sub_?processors? list_of_sub_processors unterauftragsverarbeiter
data_processing_agreement: data_processing_(agreement|addendum|terms|amendment)s? data_processor_agreement dpa auftragsverarbeitung(svertrag)? avv verwerkersovereenkomst
children_privacy: child(ren)?(s|’s|'s|_s)?_(online_)?privacy(_policy|_notice)? kids_privacy coppa
regional_privacy_notice: california_(consumer_)?privacy(_notice|_policy|_rights|_act)? ccpa do_not_sell.* (state|us|eu|uk|eea|lgpd|nevada|brazil)_privacy_(notice|policy|rights|addendum) privacy_notice_for_california.* your_privacy_(choices|rights)
cookie_policy: cookies? cookies?_(policy|notice|statement|preferences|list) cookie_?richtlinie politique_(de|sur_les|relative_aux)_cookies política_de_cookies cookiebeleid cookie_policy polityka_cookies cookiepolicy trackers?_policy .*cookies_policy クッキー.*
law_enforcement_guidelines: law_enforcement.* government_requests?.* legal_process_guidelines
service_level_agreement: sla service_levels? service_level_(agreement|commitment|terms|objective)s?
ranking_parameters: ranking(_parameters)? .*ranking_(parameters|factors|criteria|results).* how_(search|ranking)_.*works? quality_guidelines recommender_systems?.*
platform_to_business_notice: p2b.* platform_to_business.*
copyright_policy: dmca(_policy|_notice)? copyrights?(_policy|_notice|_infringement|_dispute_policy|_claims)? intellectual_property(_policy|_rights)? notice_and_takedown.* ip_policy trademark_policy .*copyright_policy
accessibility_statement: accessibility(_statement|_policy)? (erklärung_zur_)?barrierefreiheit accessibilité.* accesibilidad toegankelijkheid.*
security_policy: (responsible|vulnerability|coordinated)_disclosure(_policy|_program)? bug_bounty.* security_(policy|measures|practices|whitepaper|overview|statement|addendum) security
acceptable_use_policy: acceptable_use(_policy)? aup fair_use(_policy)? usage_policy usage_policies user_guidelines prohibited_(uses?|content|items|activities|businesses).* restricted_(businesses|content|uses?).* (anti_?)?spam_policy acceptable_usage.*
developer_terms: developer(s)?_(terms|agreement|policy|policies|guidelines|distribution_agreement|program).* api_(terms|license|agreement|usage).* platform_(terms|policy|policies) app_(review|store_review)_guidelines (app_)?review_guidelines sdk_(license|terms).*
advertising_policy: advertis(ing|er|ement)s?_(policy|policies|guidelines|terms|standards|content).* ads?_(policy|policies|guidelines|terms) promoted_content.*
monetisation_policy: (content_)?monetis?z?ation.* partner_monetization.* creator_(fund|monetization|rewards).*
marketplace_sellers_conditions: (marketplace_)?sellers?_(terms|agreement|conditions|policy|policies).* merchant_(terms|agreement).* marketplace_(terms|agreement|conditions).* host_terms.* .*for_sellers
ai_terms: (generative_)?ai_(terms|policy|usage|product|services?).* .*generative_ai_.*(terms|policy).*
eula: eula end_user_licen[sc]e_agreement end_user_agreement software_licen[sc]e(_agreement|_terms)? licen[sc]e_agreement
refund_policy: (returns?|refunds?|cancellation|money_back)(_and_|_|_&_)?(returns?|refunds?|exchanges?|cancellations?|guarantee)*(_policy|_policies)? refunds? widerruf(srecht|sbelehrung)? .*refund_policy
imprint: imprint impressum mentions?_légales?.* mentions?_legales? note_legali colofon legal_notice anbieterkennzeichnung
brand_guidelines: brand_(guidelines|policy|usage|resources|assets).* trademark_(guidelines|usage).* logo_(guidelines|usage).*
conditions_of_carriage: (general_)?conditions_of_carriage contract_of_carriage carriage.* (.*_)?conditions_(générales_|generales_)?(de_|du_)?transports?.* (allgemeine_)?beförderungsbedingungen condiciones_(generales_)?de(l)?_transporte.* condizioni_(generali_)?di_trasporto.* beförderungsbedingungen
conditions_of_sale: (general_)?(terms|conditions)(_and_conditions|_&_conditions)?_of_(sale|purchase) (.*_)?conditions_g[ée]n[ée]rales_de_ventes?.* (.*_)?cgv conditions_of_sale condizioni_(generali_di_)?vendita condiciones_(generales_)?de_(venta|compra|contratación) verkaufsbedingungen terms_of_sale sales_terms
complaints_policy: complaints?(_policy|_procedure|_handling)?.* internal_complaint.* reclamaciones beschwerden.*
human_rights_policy: human_rights.* modern_slavery.*
commercial_terms: (business|commercial|enterprise|merchant|customer|partner|affiliate|reseller|advertiser|payment|payments|subscription|paid|premium|purchase|billing|professional)_(services_)?(terms|agreement|conditions)(_.*)? master_(service|services|subscription)_agreement msa affiliate_program.* order_form.*
community_guidelines: community_(guidelines|standards|rules|terms|policy|policies|principles).* code_of_conduct content_(policy|policies|guidelines|standards|moderation).* (the_)?rules house_rules guidelines .*community_guidelines règles_de_la_communauté etiquette
privacy_policy: (.*_)?privacy(_.*)? (website_)?data_(protection|privacy|policy|use_policy).* datenschutz.* .*confidentialité.* vie_privée données_personnelles protection_des_données.* .*privacidad.* .*privacidade.* .*riservatezza.* privacybeleid privacyverklaring polityka_prywatności integritetspolicy sekretesspolicy personuppgift.* privatlivspolitik personvern.* tietosuoja.* gizlilik.* 隐私.* .*隐私(政策|权|声明).* .*隱私.* .*プライバシー.* .*個人情報.* .*개인정보.* .*конфиденциальност.* protección_de_datos.*
terms_of_service: (.*_)?terms(_.*)? tos (.*_)?conditions(_.*)? (user|service|services|customer|member|membership|subscriber|client|site|website)_agreement agb (.*_)?nutzungsbedingungen (.*_)?geschäftsbedingungen cgu conditions_générales.* conditions_d['’]utilisation.* términos.* condiciones.* .*termos.* termini.* condizioni.* (algemene_|gebruiks)?voorwaarden regulamin.* villkor .*användarvillkor vilkår käyttöehdot .*(服务|使用|用户).*(条款|协议).* .*利用規約.* .*이용약관.* .*пользовательское_соглашение.* 规约 (.*_)?agreement
other_legal: legal(_.*)? disclaimer.* disclosures?.* .*_polic(y|ies) polic(y|ies) (.*_)?notices? (.*_)?guidelines
`

// Page is what is known of a page that is to be classified.
type Page struct {
	URL, Anchor string // its address, and the text of the link that led to it
	Title, Head string // its first heading, and its title element
	Headings    []string
	Text        string // normalised
	Words       int    // of Text
	LinkWords   int    // of Text that are links
}

// Of gives a page's type, how sure that is, and whether it is an error page
// or a door that was sent as a page.
func Of(p Page) (typ string, confidence float64, soft bool) {
	if title := plainTitle(p.Title); errorTitle.MatchString(title) || errorTitle.MatchString(plainTitle(p.Head)) && p.Words < 400 {
		return doctype.Other, 0.95, true
	}
	if p.Words < minWords {
		return doctype.Other, 0.9, false
	}
	if trained == nil {
		typ, confidence = p.byRules()
		return typ, confidence, false
	}
	best := 0
	probabilities := trained.Probabilities(p.Features())
	for i, v := range probabilities {
		if v > probabilities[best] {
			best = i
		}
	}
	return Classes[best], probabilities[best], false
}

// votes are what the names of a page, by their places, and its own words say of its type.
func (p *Page) votes() map[string]float64 {
	votes := map[string]float64{}
	vote := func(s string, w float64) {
		if t := nameOf(s); t != "" {
			votes[t] += w
		}
	}
	vote(plainTitle(p.Title), 3)
	vote(plainTitle(p.Head), 2)
	vote(pathWords(p.URL), 2.2)
	vote(plainTitle(p.Anchor), 2)
	for i, h := range p.Headings[:min(len(p.Headings), 3)] {
		vote(plainTitle(h), 1.2/float64(i+1))
	}
	vote(bodyType(p.Text), 1)
	return votes
}

// byRules decides by the votes alone.
func (p *Page) byRules() (typ string, confidence float64) {
	legal, votes := legalShare(p.Text), p.votes()
	best, second := "", 0.0
	for t, v := range votes {
		switch {
		case best == "" || v > votes[best] || v == votes[best] && t < best:
			if best != "" {
				second = max(second, votes[best])
			}
			best = t
		default:
			second = max(second, v)
		}
	}
	if best == "" {
		if legal > 0.05 && p.Words > 300 {
			return doctype.OtherLegal, 0.4
		}
		return doctype.Other, 0.8
	}
	if article.MatchString(p.URL) || p.hub() || legal < minLegal && votes[best] < 5 || legal < minLegal/3 {
		return doctype.Other, 0.7
	}
	return best, 0.5 + 0.45*min(1, (votes[best]-second)/6)
}

const (
	// minWords is what a document has at least; imprints are the shortest.
	minWords = 40
	// minLegal is the least share of legal words in a document that its names
	// alone don't prove.
	minLegal = 0.012
)

// hub says that a page mostly links: a list of policies is no policy.
func (p *Page) hub() bool { return p.Words < 600 && p.LinkWords*2 > p.Words }

var (
	errorTitle = regexp.MustCompile(`(?i)\b(404|page not found|not found|seite nicht gefunden|page introuvable|access denied|forbidden|sign in|log ?in|just a moment|attention required|error)\b`)
	article    = regexp.MustCompile(`(?i)/(blog|news|press|stories|jobs|careers|case-stud|podcast|webinar|events?|magazine|recipes?)/`)
	notWord    = regexp.MustCompile(`[^\p{L}\p{N}'’&]+`)
)

func nameOf(s string) string {
	if s == "" {
		return ""
	}
	if len(s) > 160 {
		s = s[:160]
	}
	for i := range names {
		if names[i].name.MatchString(s) {
			return names[i].typ
		}
	}
	return ""
}

// plainTitle is a title in lower-case words, without the company's name after a bar.
func plainTitle(s string) string {
	for _, sep := range []string{" | ", " – ", " — ", " - ", " · ", " :: "} {
		parts := strings.Split(s, sep)
		if len(parts) < 2 {
			continue
		}
		for _, part := range parts {
			if nameOf(notWord.ReplaceAllString(strings.ToLower(part), " ")) != "" {
				s = part
				break
			}
		}
	}
	return strings.TrimSpace(notWord.ReplaceAllString(strings.ToLower(s), " "))
}

// pathWords is the part of a URL that names the page: its last segments.
func pathWords(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	segs := strings.FieldsFunc(u.Path, func(r rune) bool { return r == '/' })
	for i := len(segs) - 1; i >= 0 && i >= len(segs)-3; i-- {
		s := strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(segs[i]), ".html"), ".htm")
		s = strings.TrimSpace(notWord.ReplaceAllString(s, " "))
		if t := nameOf(s); t != "" && (t != doctype.OtherLegal || i == len(segs)-1) {
			return s
		}
	}
	return ""
}
