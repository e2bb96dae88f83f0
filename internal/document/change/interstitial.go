package change

import (
	"regexp"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// isInterstitial reports whether a short page begins like an error page, a login or
// consent wall, or a page that needs scripts.
func isInterstitial(t *parsedText) bool {
	var fold []byte
	n := 0
	for i := range t.blocks {
		if n += t.wordCounts[i]; n > interstitialWords && i > 0 {
			break
		}
		fold = tokenize.Fold(fold, t.blocks[i].Text)
	}
	return interstitialPattern.Match(fold)
}

// interstitialPattern matches folded phrases of interstitial pages.
var interstitialPattern = regexp.MustCompile(` (?:` +
	// Error pages.
	`(?:page|document|file|url|site) (?:was |is |could |can )?not (?:be )?(?:found|available|exist)|404|403 forbidden|50[0234] (?:error|bad gateway|service|internal|gateway)|access (?:to this page )?(?:has been )?denied|something went wrong|an error (?:has )?occurred|(?:temporarily|currently) unavailable|service unavailable|under maintenance|seite (?:wurde )?nicht gefunden|page (?:est )?introuvable|page n'existe|página no (?:encontrada|existe|disponible)|pagina non (?:è stata )?trovata|página não (?:foi )?encontrada|pagina (?:is )?niet gevonden` +
	// Bot checks.
	`|checking (?:your|if the) (?:browser|site)|verify(?:ing)? (?:that )?you are (?:a )?human|(?:are|you're|you are) (?:you )?(?:not )?a robot|unusual traffic|just a moment|complete the (?:security check|captcha)|captcha|(?:enable|allow) cookies|attention required|cloudflare ray|request (?:was |has been )?blocked|security service to protect` +
	// Pages that need scripts.
	`|(?:enable|activate|requires?|without|turn on) javascript|javascript (?:is |must be |to be )?(?:disabled|required|enabled)|need to enable javascript|javascript (?:ist )?(?:deaktiviert|aktivieren)|aktivieren sie (?:bitte )?javascript|activer (?:le )?javascript|activez javascript|javascript (?:est )?désactivé|(?:habilitar|habilite|active|activar) (?:el )?javascript|(?:abilita|attiva|attivare|abilitare) javascript|(?:ative|ativar|habilite) o? ?javascript|javascript (?:inschakelen|in te schakelen|is uitgeschakeld)|unsupported browser|browser (?:is )?not supported|update your browser` +
	// Login and age walls, country selection.
	`|(?:sign|log) ?in (?:to|or) (?:continue|your|view|create|sign|register)|please (?:sign|log) ?in|(?:must|need to) (?:be logged|log|sign) in|forgot (?:your )?password|create an account|bitte (?:melden sie sich|anmelden|einloggen)|passwort vergessen|connectez vous|se connecter|mot de passe oublié|(?:inicia|iniciar|inicie) (?:sesión|sessão)|contraseña olvidada|olvidaste tu contraseña|accedi (?:per|al)|password dimenticata|esqueceu? (?:a |sua )?(?:senha|palavra)|inloggen|wachtwoord vergeten|confirm (?:your age|that you are)|verify your age|choose your (?:country|region)` +
	// Consent walls.
	`|before you continue|bevor (?:sie|du) fortf(?:ahren|ährst)|avant de continuer|antes de continuar|prima di continuare|voordat (?:je|u) verder|(?:we|wir|nous|valoramos) (?:value|schätzen|respektieren|respectons|su|tu) (?:your |ihre |deine |votre )?(?:privacy|privatsphäre|vie|privacidad)` +
	// Loading pages.
	`|(?:please wait|loading|bitte warten|wird geladen|chargement|patientez|cargando|caricamento|carregando|a carregar|even geduld)(?: |$))`)
