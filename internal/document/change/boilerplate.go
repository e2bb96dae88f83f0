package change

import (
	"regexp"
	"strings"

	"github.com/clausea/crawler/internal/document/markdown"
	"github.com/clausea/crawler/internal/document/tokenize"
)

const (
	// maxBannerWords is the longest consent banner, in words.
	maxBannerWords = 120
	// maxControlWords is the longest control's text, in words.
	maxControlWords = 8
	// maxBoilerplatePairs bounds the pairs of candidates that are held against each other.
	maxBoilerplatePairs = 10_000
	// minMenuLinks is how many links or short lines at a text's edge make a menu.
	minMenuLinks = 3
	// maxMenuLineWords is how long a menu's line is at most, in words.
	maxMenuLineWords = 6
	// minProseWords is how long a paragraph of the document itself is at least, in words.
	minProseWords = 12
)

// withoutBoilerplate takes out of a group the blocks that only one text has and that are the
// page's and not the document's: banners, controls, menus at the edges. Where both
// texts have much the same, it is left in, so that a change within it is seen.
func (c *comparison) withoutBoilerplate(g blockGroup) (olds, curs []int) {
	if len(g.old) == 1 && len(g.cur) == 1 && similarLines(c.old.blocks[g.old[0]].Text, c.cur.blocks[g.cur[0]].Text) {
		return g.old, g.cur
	}
	a, b := c.old.boilerplate(g.old), c.cur.boilerplate(g.cur)
	if len(a)+len(b) == 0 || len(a)*len(b) > maxBoilerplatePairs {
		return g.old, g.cur
	}
	for i := range a {
		for j := range b {
			if similarLines(c.old.blocks[i].Text, c.cur.blocks[j].Text) {
				a[i], b[j] = false, false
			}
		}
	}
	without := func(blocks []int, boilerplate map[int]bool) []int {
		var out []int
		for _, i := range blocks {
			if !boilerplate[i] {
				out = append(out, i)
			}
		}
		return out
	}
	for j := range b {
		if b[j] {
			// It is part of the new text all the same.
			c.toOld[j] = insignificantBlock
		}
	}
	return without(g.old, a), without(g.cur, b)
}

// insignificantBlock marks a new block that has no equal and does not count.
const insignificantBlock = -2

// similarLines says whether two lines have half of their words in common.
func similarLines(x, y string) bool {
	have := wordSet(string(tokenize.Fold(nil, x)))
	n, common := 0, 0
	for w := range strings.FieldsSeq(string(tokenize.Fold(nil, y))) {
		if n++; have[w] {
			common++
		}
	}
	return common*2 >= n
}

// boilerplate finds the candidates among some blocks of a text.
func (t *parsedText) boilerplate(blocks []int) map[int]bool {
	out := map[int]bool{}
	first, last := t.proseRange()
	var lastRun itemRun
	for n, i := range blocks {
		if t.wordCounts[i] > maxBannerWords {
			continue
		}
		fold := string(tokenize.Fold(nil, t.blocks[i].Text))
		switch {
		case t.wordCounts[i] <= maxControlWords && pageControl.MatchString(fold):
			out[i] = !t.betweenProse(i) && !t.inContentList(i, &lastRun)
		case bannerPhrase.MatchString(fold), isConsentBanner(fold) && (controlFollows(t, blocks, n) || (i < first+3 || i > last-3) && isBannerWithoutControls(fold)):
			out[i] = true
		}
	}
	t.markMenus(blocks, first, last, out)
	return out
}

// itemRun is a run of items, and whether the document itself has it.
type itemRun struct {
	from, to  int
	isContent bool
}

// inContentList says whether a block is an item of a list of the document: one with an item
// that is neither a control nor a link, or that a text leads to. around is the list
// that was looked at last, so that each is looked at once.
func (t *parsedText) inContentList(i int, lastRun *itemRun) bool {
	if t.blocks[i].Kind != markdown.ListItem {
		return false
	}
	if i >= lastRun.from && i < lastRun.to {
		return lastRun.isContent
	}
	l := itemRun{from: i, to: i + 1}
	for l.from > 0 && t.blocks[l.from-1].Kind == markdown.ListItem {
		l.from--
	}
	for l.to < len(t.blocks) && t.blocks[l.to].Kind == markdown.ListItem {
		l.to++
	}
	if lead := t.leadIn[i]; lead >= 0 {
		l.isContent = strings.HasSuffix(t.blocks[lead].Text, ":")
	}
	for k := l.from; k < l.to && !l.isContent; k++ {
		l.isContent = !t.isLinks(k) && (t.wordCounts[k] > maxControlWords || !pageControl.MatchString(string(tokenize.Fold(nil, t.blocks[k].Text))))
	}
	*lastRun = l
	return l.isContent
}

// betweenProse says whether a block stands between two paragraphs of the document.
func (t *parsedText) betweenProse(i int) bool {
	return i > 0 && i+1 < len(t.blocks) && t.isProse(i-1) && t.isProse(i+1)
}

// isProse says whether a block is a paragraph of some length.
func (t *parsedText) isProse(i int) bool {
	return t.blocks[i].Kind == markdown.Paragraph && t.wordCounts[i] >= minProseWords && t.blocks[i].LinkBytes*2 < len(t.blocks[i].Text)
}

// controlFollows says whether one of the blocks right after it is a control, as a
// banner's are.
func controlFollows(t *parsedText, blocks []int, n int) bool {
	for _, i := range blocks[n+1 : min(len(blocks), n+4)] {
		if i > blocks[n]+3 {
			return false
		}
		if t.wordCounts[i] <= maxControlWords && consentControl.MatchString(string(tokenize.Fold(nil, t.blocks[i].Text))) {
			return true
		}
	}
	return false
}

// isConsentBanner says whether a line asks for consent to cookies.
func isConsentBanner(fold string) bool {
	return strings.Contains(fold, "cookie") && bannerRequest.MatchString(fold) && bannerSubject.MatchString(fold)
}

// isBannerWithoutControls says whether a banner is one without its controls: it says which of them
// to press, or that to go on is to agree, and nothing that binds anybody.
func isBannerWithoutControls(fold string) bool {
	return bannerOpening.MatchString(fold) && bannerAction.MatchString(fold) && !bindingTerms.MatchString(fold)
}

// markMenus marks the blocks that belong to a run of links and short lines before the first
// or after the last paragraph of the document.
func (t *parsedText) markMenus(blocks []int, first, last int, out map[int]bool) {
	for n := 0; n < len(blocks); {
		i := blocks[n]
		if !t.isShort(i) || i >= first && i <= last {
			n++
			continue
		}
		from, to := i, i+1
		for from > 0 && t.isShort(from-1) {
			from--
		}
		for to < len(t.blocks) && t.isShort(to) {
			to++
		}
		links := 0
		for k := from; k < to; k++ {
			if t.isLinks(k) {
				links++
			}
		}
		menu := links >= minMenuLinks && links*2 >= to-from && (to <= first || from > last)
		for ; n < len(blocks) && blocks[n] < to; n++ {
			if menu {
				out[blocks[n]] = true
			}
		}
	}
}

func (t *parsedText) isShort(i int) bool { return t.wordCounts[i] <= maxMenuLineWords }

// isLinks says whether a block is nothing but links.
func (t *parsedText) isLinks(i int) bool { return t.blocks[i].LinkBytes*10 >= len(t.blocks[i].Text)*9 }

// proseRange is the first and the last block that is a paragraph of some length.
func (t *parsedText) proseRange() (first, last int) {
	first, last = len(t.blocks), -1
	for i, n := range t.wordCounts {
		if n >= minProseWords && t.blocks[i].LinkBytes*2 < len(t.blocks[i].Text) {
			first, last = min(first, i), i
		}
	}
	return first, last
}

func anyPhrase(phrases ...string) *regexp.Regexp {
	return regexp.MustCompile(`^ (?:` + strings.Join(phrases, "|") + `)$`)
}

var (
	// consentControl are what the buttons of a consent banner say, in folded words.
	consentControl = anyPhrase(
		`(?:accept|allow|reject|decline|deny|refuse) (?:all|everything|optional|non essential|cookies|all cookies|the cookies|and close|and continue|necessary(?: cookies)?(?: only)?)`,
		`(?:i )?(?:accept|agree|decline|reject|got it|ok|okay|understood)`, `only (?:necessary|essential)(?: cookies)?`,
		`(?:manage|customi[sz]e|change|cookie|privacy|your) (?:my |your )?(?:cookie |privacy |consent )?(?:preferences|settings|options|choices|cookies)`,
		`alle (?:cookies )?(?:akzeptieren|annehmen|ablehnen|zulassen)`, `(?:nur )?(?:notwendige|erforderliche)(?: cookies)?(?: akzeptieren)?`, `(?:cookie )?einstellungen(?: verwalten| anpassen)?`, `zustimmen|ablehnen|akzeptieren`,
		`tout (?:accepter|refuser)|accepter(?: tout| et fermer)?|refuser(?: tout)?|continuer sans accepter|(?:gérer|paramétrer|personnaliser) (?:les |mes )?(?:cookies|préférences|choix)`,
		`(?:aceptar|rechazar)(?: todas?| todo| todos| todas las cookies| cookies)?|configurar(?: cookies)?|(?:gestionar|configuración de) (?:las )?(?:cookies|preferencias)`,
		`(?:accetta|rifiuta)(?: tutto| tutti| tutti i cookie)?|continua senza accettare|(?:gestisci|personalizza)(?: (?:le )?preferenze| cookie)?`,
		`(?:aceitar|rejeitar|recusar)(?: tudo| todos| todos os cookies| cookies)?|(?:gerir|gerenciar|definições de) (?:cookies|preferências)`,
		`(?:alles|alle cookies) (?:accepteren|toestaan|weigeren)|accepteren|weigeren|(?:cookie ?)?(?:instellingen|voorkeuren)(?: beheren)?`,
	)
	// pageControl are these and the other things that pages put beside a text.
	pageControl = regexp.MustCompile(consentControl.String() + `|` + anyPhrase(
		`(?:back|return|scroll) to (?:the )?top|skip to (?:main |the )?content|skip navigation|print(?: this)?(?: page| article| document)?|download(?: as)? pdf|(?:copy|share)(?: the| this)?(?: link| page| article)?|copied|loading|search|menu|close|open menu|toggle (?:menu|navigation)|table of contents|on this page|select (?:a |your )?language|language|(?:previous|next)(?: page| article)?|show (?:more|less)|read (?:more|less)|expand all|collapse all|yes no`,
		`was this (?:article|page|information)? ?helpful(?: yes no)?|did this (?:answer your question|help)|related articles|(?:submit|give|send)(?: us)? feedback|still need help|contact (?:us|support)|recently viewed articles`,
		`nach oben|zum (?:seitenanfang|inhalt(?: springen)?)|(?:seite )?drucken|als pdf herunterladen|teilen|suche|menü|schließen|inhaltsverzeichnis|auf dieser seite|sprache(?: auswählen)?|mehr anzeigen|weniger anzeigen|wird geladen|war dieser (?:artikel|beitrag) hilfreich(?: ja nein)?`,
		`(?:retour|revenir) en haut(?: de (?:la )?page)?|haut de page|aller au contenu(?: principal)?|imprimer|télécharger (?:le |en )?pdf|partager|rechercher?|menu|fermer|sommaire|table des matières|langue|chargement|cet article vous a t il été utile(?: oui non)?`,
		`volver arriba|subir|ir al contenido(?: principal)?|saltar al contenido|imprimir|descargar pdf|compartir|buscar|menú|cerrar|índice|idioma|cargando|(?:te|le) (?:ha resultado útil|resultó útil) este artículo(?: sí no)?`,
		`torna (?:su|in alto|all'inizio)|vai al contenuto(?: principale)?|stampa|scarica (?:il )?pdf|condividi|cerca|chiudi|indice|lingua|caricamento|questo articolo ti è stato utile(?: sì no)?`,
		`voltar ao topo|ir para o conteúdo(?: principal)?|pular para o conteúdo|baixar pdf|partilhar|compartilhar|pesquisar|fechar|a carregar|carregando|este artigo foi útil(?: sim não)?`,
		`(?:terug )?naar boven|ga naar (?:de )?(?:inhoud|hoofdinhoud)|afdrukken|printen|download als pdf|delen|zoeken|sluiten|inhoudsopgave|taal|laden|was dit artikel nuttig(?: ja nee)?`,
	).String())

	// bannerPhrase are the sentences that banners begin with and that say nothing.
	bannerPhrase = anyPhrase(
		`(?:we|your) (?:value|care about|respect)(?: your)? privacy`, `your privacy(?: is important to us| matters)?`, `this (?:web ?site|site) uses cookies(?: to (?:ensure|make sure) you get the best experience(?: on our (?:web ?site|site))?| to (?:improve|enhance) your (?:browsing )?experience)?`,
		`(?:wir (?:schätzen|respektieren|legen wert auf)|uns ist) (?:ihre|deine) privatsphäre`, `diese (?:website|seite) verwendet cookies`,
		`(?:nous respectons|le respect de) votre vie privée|votre vie privée (?:nous tient à cœur|est importante)|ce site utilise des cookies`,
		`(?:valoramos|respetamos|nos importa) (?:tu|su) privacidad|este sitio(?: web)? utiliza cookies`,
		`(?:rispettiamo|teniamo alla|diamo valore alla) (?:la )?(?:tua|vostra|sua) privacy|questo sito(?: web)? utilizza (?:i )?cookie`,
		`(?:valorizamos|respeitamos) a (?:sua|tua) privacidade|este (?:site|sítio)(?: web)? (?:usa|utiliza) cookies`,
		`(?:wij|we) (?:waarderen|respecteren|hechten waarde aan) (?:uw|je|jouw) privacy|deze (?:website|site) (?:gebruikt|maakt gebruik van) cookies`,
	)
	// A banner asks the reader to do something, and tells what for.
	bannerRequest = regexp.MustCompile(` (?:accept|reject|decline|agree|consent|allow|continu|browsing|akzeptier|ablehn|zustimm|einverstanden|accept(?:ez|er)|refus|continu|acept|rechaz|acced|seguir naveg|accett|rifiut|prosegu|aceit|rejeit|concord|accepter|weiger|toestemming|akkoord)`)
	bannerSubject = regexp.MustCompile(` (?:we|our|this site|this website|wir|unsere|diese|nous|notre|nos|ce site|utilizamos|usamos|nuestr|este sit|utilizziamo|usiamo|questo sito|nostr|usamos|noss|este site|wij|we|onze|deze) `)
	// bannerOpening is how a banner without controls begins, bannerAction what it asks for.
	bannerOpening = regexp.MustCompile(`^ (?:(?:we|this web ?site|this site|our web ?site|our site) uses? (?:\S+ ){0,3}?cookies|wir (?:verwenden|nutzen|setzen) cookies|diese (?:website|seite|webseite) (?:verwendet|nutzt) cookies|(?:nous utilisons|ce site utilise) des cookies|(?:utilizamos|usamos|este sitio(?: web)? (?:utiliza|usa)) (?:las )?cookies|(?:utilizziamo|usiamo|questo sito(?: web)? (?:utilizza|usa)) (?:i )?cookie|(?:n[oó]s )?(?:utilizamos|usamos) cookies|este (?:site|sítio)(?: web)? (?:usa|utiliza) cookies|(?:wij|we) gebruiken cookies|deze (?:website|site) (?:gebruikt|maakt gebruik van) cookies)`)
	bannerAction  = regexp.MustCompile(` (?:by (?:clicking|pressing|continuing|using|browsing)|click|if you continue|klick\S*|durch die (?:weitere )?nutzung|en (?:cliquant|poursuivant|continuant)|al (?:hacer clic|continuar|navegar)|haciendo clic|si contin[uú]a\S*|cliccando|continuando|proseguendo|ao (?:clicar|continuar|navegar)|door (?:te klikken|op|verder)|klik) `)
	// bindingTerms is what a banner without controls does not say, and a clause does.
	bindingTerms = regexp.MustCompile(`\d| (?:sell|sold|shar(?:e|es|ed|ing)|partners?|third part(?:y|ies)|brokers?|advertis\S*|personal (?:data|information)|now|longer|terms|verkauf\S*|partnern?|dritte\S*|werb\S*|weitergeb\S*|personenbezogen\S*|vend\S*|partenaires?|tiers|partage\S*|publicit\S*|données personnelles|socios|terceros|compart\S*|datos personales|terzi|condivid\S*|dati personali|parceiros|terceiros|partilh\S*|dados pessoais|derden|delen|verkopen|advert\S*|persoonsgegevens) `)
)
