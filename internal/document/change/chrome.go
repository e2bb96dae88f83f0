package change

import (
	"regexp"
	"strings"

	"github.com/clausea/crawler/internal/document/plain"
)

const (
	// maxBanner is the longest consent banner, in words.
	maxBanner = 120
	// maxPhrase is the longest control's text, in words.
	maxPhrase = 8
	// maxChrome bounds the pairs of candidates that are held against each other.
	maxChrome = 10_000
	// minMenu is how many links or short lines at a text's edge make a menu.
	minMenu = 3
	// menuLine is how long a menu's line is at most, in words.
	menuLine = 6
	// minProse is how long a paragraph of the document itself is at least, in words.
	minProse = 12
)

// withoutChrome takes out of a group the blocks that only one text has and that are the
// page's and not the document's: banners, controls, menus at the edges. Where both
// texts have much the same, it is left in, so that a change within it is seen.
func (c *comparison) withoutChrome(g group) (olds, curs []int) {
	if len(g.old) == 1 && len(g.cur) == 1 && alike(c.old.blocks[g.old[0]].Text, c.cur.blocks[g.cur[0]].Text) {
		return g.old, g.cur
	}
	a, b := c.old.chrome(g.old), c.cur.chrome(g.cur)
	if len(a)+len(b) == 0 || len(a)*len(b) > maxChrome {
		return g.old, g.cur
	}
	for i := range a {
		for j := range b {
			if alike(c.old.blocks[i].Text, c.cur.blocks[j].Text) {
				a[i], b[j] = false, false
			}
		}
	}
	keep := func(blocks []int, chrome map[int]bool) []int {
		var out []int
		for _, i := range blocks {
			if !chrome[i] {
				out = append(out, i)
			}
		}
		return out
	}
	for j := range b {
		if b[j] {
			// It is part of the new text all the same.
			c.toOld[j] = unimportant
		}
	}
	return keep(g.old, a), keep(g.cur, b)
}

// unimportant marks a new block that has no equal and does not count.
const unimportant = -2

// alike says whether two lines have half of their words in common.
func alike(x, y string) bool {
	have := set(string(plain.Fold(nil, x)))
	n, common := 0, 0
	for w := range strings.FieldsSeq(string(plain.Fold(nil, y))) {
		if n++; have[w] {
			common++
		}
	}
	return common*2 >= n
}

// chrome finds the candidates among some blocks of a text.
func (t *text) chrome(blocks []int) map[int]bool {
	out := map[int]bool{}
	first, last := t.prose()
	var around list
	for n, i := range blocks {
		if t.counts[i] > maxBanner {
			continue
		}
		fold := string(plain.Fold(nil, t.blocks[i].Text))
		switch {
		case t.counts[i] <= maxPhrase && controls.MatchString(fold):
			out[i] = !t.betweenProse(i) && !t.inList(i, &around)
		case valuePrivacy.MatchString(fold), isBanner(fold) && (nearControl(t, blocks, n) || (i < first+3 || i > last-3) && standsAlone(fold)):
			out[i] = true
		}
	}
	t.menus(blocks, first, last, out)
	return out
}

// list is a run of items, and whether the document itself has it.
type list struct {
	from, to int
	own      bool
}

// inList says whether a block is an item of a list of the document: one with an item
// that is neither a control nor a link, or that a text leads to. around is the list
// that was looked at last, so that each is looked at once.
func (t *text) inList(i int, around *list) bool {
	if t.blocks[i].Kind != plain.ListItem {
		return false
	}
	if i >= around.from && i < around.to {
		return around.own
	}
	l := list{from: i, to: i + 1}
	for l.from > 0 && t.blocks[l.from-1].Kind == plain.ListItem {
		l.from--
	}
	for l.to < len(t.blocks) && t.blocks[l.to].Kind == plain.ListItem {
		l.to++
	}
	if lead := t.owner[i]; lead >= 0 {
		l.own = strings.HasSuffix(t.blocks[lead].Text, ":")
	}
	for k := l.from; k < l.to && !l.own; k++ {
		l.own = !t.linked(k) && (t.counts[k] > maxPhrase || !controls.MatchString(string(plain.Fold(nil, t.blocks[k].Text))))
	}
	*around = l
	return l.own
}

// betweenProse says whether a block stands between two paragraphs of the document.
func (t *text) betweenProse(i int) bool {
	return i > 0 && i+1 < len(t.blocks) && t.isProse(i-1) && t.isProse(i+1)
}

// isProse says whether a block is a paragraph of some length.
func (t *text) isProse(i int) bool {
	return t.blocks[i].Kind == plain.Paragraph && t.counts[i] >= minProse && t.blocks[i].LinkBytes*2 < len(t.blocks[i].Text)
}

// nearControl says whether one of the blocks right after it is a control, as a
// banner's are.
func nearControl(t *text, blocks []int, n int) bool {
	for _, i := range blocks[n+1 : min(len(blocks), n+4)] {
		if i > blocks[n]+3 {
			return false
		}
		if t.counts[i] <= maxPhrase && consentControls.MatchString(string(plain.Fold(nil, t.blocks[i].Text))) {
			return true
		}
	}
	return false
}

// isBanner says whether a line asks for consent to cookies.
func isBanner(fold string) bool {
	return strings.Contains(fold, "cookie") && bannerAsks.MatchString(fold) && bannerTells.MatchString(fold)
}

// standsAlone says whether a banner is one without its controls: it says which of them
// to press, or that to go on is to agree, and nothing that binds anybody.
func standsAlone(fold string) bool {
	return bannerOpens.MatchString(fold) && bannerPress.MatchString(fold) && !binds.MatchString(fold)
}

// menus marks the blocks that belong to a run of links and short lines before the first
// or after the last paragraph of the document.
func (t *text) menus(blocks []int, first, last int, out map[int]bool) {
	for n := 0; n < len(blocks); {
		i := blocks[n]
		if !t.short(i) || i >= first && i <= last {
			n++
			continue
		}
		from, to := i, i+1
		for from > 0 && t.short(from-1) {
			from--
		}
		for to < len(t.blocks) && t.short(to) {
			to++
		}
		links := 0
		for k := from; k < to; k++ {
			if t.linked(k) {
				links++
			}
		}
		menu := links >= minMenu && links*2 >= to-from && (to <= first || from > last)
		for ; n < len(blocks) && blocks[n] < to; n++ {
			if menu {
				out[blocks[n]] = true
			}
		}
	}
}

func (t *text) short(i int) bool { return t.counts[i] <= menuLine }

// linked says whether a block is nothing but links.
func (t *text) linked(i int) bool { return t.blocks[i].LinkBytes*10 >= len(t.blocks[i].Text)*9 }

// prose is the first and the last block that is a paragraph of some length.
func (t *text) prose() (first, last int) {
	first, last = len(t.blocks), -1
	for i, n := range t.counts {
		if n >= minProse && t.blocks[i].LinkBytes*2 < len(t.blocks[i].Text) {
			first, last = min(first, i), i
		}
	}
	return first, last
}

func anyOf(phrases ...string) *regexp.Regexp {
	return regexp.MustCompile(`^ (?:` + strings.Join(phrases, "|") + `)$`)
}

var (
	// consentControls are what the buttons of a consent banner say, in folded words.
	consentControls = anyOf(
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
	// controls are these and the other things that pages put beside a text.
	controls = regexp.MustCompile(consentControls.String() + `|` + anyOf(
		`(?:back|return|scroll) to (?:the )?top|skip to (?:main |the )?content|skip navigation|print(?: this)?(?: page| article| document)?|download(?: as)? pdf|(?:copy|share)(?: the| this)?(?: link| page| article)?|copied|loading|search|menu|close|open menu|toggle (?:menu|navigation)|table of contents|on this page|select (?:a |your )?language|language|(?:previous|next)(?: page| article)?|show (?:more|less)|read (?:more|less)|expand all|collapse all|yes no`,
		`was this (?:article|page|information)? ?helpful(?: yes no)?|did this (?:answer your question|help)|related articles|(?:submit|give|send)(?: us)? feedback|still need help|contact (?:us|support)|recently viewed articles`,
		`nach oben|zum (?:seitenanfang|inhalt(?: springen)?)|(?:seite )?drucken|als pdf herunterladen|teilen|suche|menü|schließen|inhaltsverzeichnis|auf dieser seite|sprache(?: auswählen)?|mehr anzeigen|weniger anzeigen|wird geladen|war dieser (?:artikel|beitrag) hilfreich(?: ja nein)?`,
		`(?:retour|revenir) en haut(?: de (?:la )?page)?|haut de page|aller au contenu(?: principal)?|imprimer|télécharger (?:le |en )?pdf|partager|rechercher?|menu|fermer|sommaire|table des matières|langue|chargement|cet article vous a t il été utile(?: oui non)?`,
		`volver arriba|subir|ir al contenido(?: principal)?|saltar al contenido|imprimir|descargar pdf|compartir|buscar|menú|cerrar|índice|idioma|cargando|(?:te|le) (?:ha resultado útil|resultó útil) este artículo(?: sí no)?`,
		`torna (?:su|in alto|all'inizio)|vai al contenuto(?: principale)?|stampa|scarica (?:il )?pdf|condividi|cerca|chiudi|indice|lingua|caricamento|questo articolo ti è stato utile(?: sì no)?`,
		`voltar ao topo|ir para o conteúdo(?: principal)?|pular para o conteúdo|baixar pdf|partilhar|compartilhar|pesquisar|fechar|a carregar|carregando|este artigo foi útil(?: sim não)?`,
		`(?:terug )?naar boven|ga naar (?:de )?(?:inhoud|hoofdinhoud)|afdrukken|printen|download als pdf|delen|zoeken|sluiten|inhoudsopgave|taal|laden|was dit artikel nuttig(?: ja nee)?`,
	).String())

	// valuePrivacy are the sentences that banners begin with and that say nothing.
	valuePrivacy = anyOf(
		`(?:we|your) (?:value|care about|respect)(?: your)? privacy`, `your privacy(?: is important to us| matters)?`, `this (?:web ?site|site) uses cookies(?: to (?:ensure|make sure) you get the best experience(?: on our (?:web ?site|site))?| to (?:improve|enhance) your (?:browsing )?experience)?`,
		`(?:wir (?:schätzen|respektieren|legen wert auf)|uns ist) (?:ihre|deine) privatsphäre`, `diese (?:website|seite) verwendet cookies`,
		`(?:nous respectons|le respect de) votre vie privée|votre vie privée (?:nous tient à cœur|est importante)|ce site utilise des cookies`,
		`(?:valoramos|respetamos|nos importa) (?:tu|su) privacidad|este sitio(?: web)? utiliza cookies`,
		`(?:rispettiamo|teniamo alla|diamo valore alla) (?:la )?(?:tua|vostra|sua) privacy|questo sito(?: web)? utilizza (?:i )?cookie`,
		`(?:valorizamos|respeitamos) a (?:sua|tua) privacidade|este (?:site|sítio)(?: web)? (?:usa|utiliza) cookies`,
		`(?:wij|we) (?:waarderen|respecteren|hechten waarde aan) (?:uw|je|jouw) privacy|deze (?:website|site) (?:gebruikt|maakt gebruik van) cookies`,
	)
	// A banner asks the reader to do something, and tells what for.
	bannerAsks  = regexp.MustCompile(` (?:accept|reject|decline|agree|consent|allow|continu|browsing|akzeptier|ablehn|zustimm|einverstanden|accept(?:ez|er)|refus|continu|acept|rechaz|acced|seguir naveg|accett|rifiut|prosegu|aceit|rejeit|concord|accepter|weiger|toestemming|akkoord)`)
	bannerTells = regexp.MustCompile(` (?:we|our|this site|this website|wir|unsere|diese|nous|notre|nos|ce site|utilizamos|usamos|nuestr|este sit|utilizziamo|usiamo|questo sito|nostr|usamos|noss|este site|wij|we|onze|deze) `)
	// bannerOpens is how a banner without controls begins, bannerPress what it asks for.
	bannerOpens = regexp.MustCompile(`^ (?:(?:we|this web ?site|this site|our web ?site|our site) uses? (?:\S+ ){0,3}?cookies|wir (?:verwenden|nutzen|setzen) cookies|diese (?:website|seite|webseite) (?:verwendet|nutzt) cookies|(?:nous utilisons|ce site utilise) des cookies|(?:utilizamos|usamos|este sitio(?: web)? (?:utiliza|usa)) (?:las )?cookies|(?:utilizziamo|usiamo|questo sito(?: web)? (?:utilizza|usa)) (?:i )?cookie|(?:n[oó]s )?(?:utilizamos|usamos) cookies|este (?:site|sítio)(?: web)? (?:usa|utiliza) cookies|(?:wij|we) gebruiken cookies|deze (?:website|site) (?:gebruikt|maakt gebruik van) cookies)`)
	bannerPress = regexp.MustCompile(` (?:by (?:clicking|pressing|continuing|using|browsing)|click|if you continue|klick\S*|durch die (?:weitere )?nutzung|en (?:cliquant|poursuivant|continuant)|al (?:hacer clic|continuar|navegar)|haciendo clic|si contin[uú]a\S*|cliccando|continuando|proseguendo|ao (?:clicar|continuar|navegar)|door (?:te klikken|op|verder)|klik) `)
	// binds is what a banner without controls does not say, and a clause does.
	binds = regexp.MustCompile(`\d| (?:sell|sold|shar(?:e|es|ed|ing)|partners?|third part(?:y|ies)|brokers?|advertis\S*|personal (?:data|information)|now|longer|terms|verkauf\S*|partnern?|dritte\S*|werb\S*|weitergeb\S*|personenbezogen\S*|vend\S*|partenaires?|tiers|partage\S*|publicit\S*|données personnelles|socios|terceros|compart\S*|datos personales|terzi|condivid\S*|dati personali|parceiros|terceiros|partilh\S*|dados pessoais|derden|delen|verkopen|advert\S*|persoonsgegevens) `)
)
