package change

import (
	"slices"
	"strings"
)

// labelStems lists, for each label, word stems in English, German, French, Spanish,
// Italian, Portuguese and Dutch. A stem matches the beginning of a word; with "$" it
// matches the whole word. "_" stands for a space. Stems are folded: lower case, without
// hyphens.
const labelStems = `
data_use: collect processing process_ processed_ how_we_use use_your use_of_your purpose legal_bas lawful_bas legitimate_interest profil cookie tracking track_ analytic train_ training machine_learning artificial_intelligence biometric geolocation location_data sensitive consent advertis personaliz personalis
data_use: erheb erhoben gesammelt sammel verarbeit zweck rechtsgrundlage berechtigte_interess berechtigten_interess einwillig personenbezogen standortdaten trainier künstliche_intelligenz künstlicher_intelligenz werbung
data_use: collecte collecté recueil traitement traitons finalité base_juridique base_légale intérêt_légitime consentement données_personnelles données_à_caractère profilage entraîn intelligence_artificielle publicit
data_use: recopil recogemos recogida tratamiento tratamos finalidad base_jurídica base_legal interés_legítimo consentimiento datos_personales publicidad entren inteligencia_artificial
data_use: raccogli raccolt trattament trattiamo finalità base_giuridica legittimo_interesse interesse_legittimo consenso dati_personali pubblicità addestr intelligenza_artificiale
data_use: recolh coleta coletamos tratamento tratamos interesse_legítimo consentimento dados_pessoais publicidade treina inteligência_artificial
data_use: verzamel verwerk doeleind grondslag gerechtvaardigd_belang toestemming persoonsgegevens advertentie kunstmatige_intelligentie trainen
sharing: share$ shares$ shared$ sharing$ disclos third_part recipient transfer sell$ sells$ selling$ sold$ sale_of subprocessor sub_processor affiliate service_provider vendor partners$
sharing: weitergabe weitergeb weitergegeben weiterleit übermitt offenleg dritte$ dritten$ drittanbieter empfänger auftragsverarbeiter drittland drittländer dienstleister verkaufen$ teilen$
sharing: partag divulg tiers$ destinataire transfér transfert sous_trait partenaire prestataire vendre$ vendons$
sharing: compart terceros tercero$ destinatario transferencia transferir cesión encargado proveedor socios vender$ vendemos$
sharing: condivi terzi$ terze_parti destinatari trasferi responsabili_del_trattamento fornitori fornitore
sharing: partilh compartilh terceir destinatári transferência subcontrat parceiro fornecedor vendemos
sharing: delen$ gedeeld verstrek derden ontvanger doorgif doorgeven subverwerker sub_verwerker verkopen dienstverlener
retention: retain retention keep_your keep_the keep_it keep_them keep_data keep_personal we_keep we_store how_long store_your store_the stored$ storage delet erase archiv
retention: speicher aufbewahr lösch gelöscht
retention: conserv durée_de supprim effac
retention: retención retenemos elimin borrad borrar suprim almacen plazo_de
retention: cancellat cancellaz periodo_di
retention: retenção retemos apagar apagad armazen
retention: bewaar bewar verwijder wissen gewist opgeslagen opslag
rights: your_rights right_to right_of access_to_your access_your rectif erasure portab object$ objection opt_out opt$ unsubscrib withdraw do_not_sell complaint supervisory_authorit data_protection_officer your_choices
rights: ihre_rechte deine_rechte recht_auf auskunft berichtig widersp widerruf übertragbar beschwerde aufsichtsbehörde betroffenenrecht datenschutzbeauftragt
rights: vos_droits droit_d droits_des accès rectifi opposition opposer portabilité retirer retrait réclamation désinscri délégué_à_la_protection
rights: sus_derechos tus_derechos derecho_a derechos acceso oposición oponer portabilidad retirar reclamación delegado_de_protección
rights: diritti diritto_di accesso$ rettific opposizione portabilità revoc reclamo garante
rights: direitos direito_de acesso$ retific oposição portabilidade reclamação encarregado_d
rights: uw_rechten jouw_rechten je_rechten recht_op inzage bezwaar overdraagbaar intrekken klacht toezichthoud
liability: liab warrant indemn disclaim as_is damages harmless guarantee negligen
liability: haftung haften haftet gewährleist garantie schadensersatz schadenersatz freistell fahrlässig
liability: responsabilité responsable_des dommage préjudice exonér en_l'état
liability: responsabilidad garantía daños perjuicio exoner tal_cual
liability: responsabilità garanzi indenniz danni$ danno$ manlev negligenza
liability: responsabilidade indeniz danos$ negligência
liability: aansprakelijk vrijwar schade nalatig
disputes: arbitra dispute governing_law jurisdiction court venue$ class_action jury mediation tribunal lawsuit litigation
disputes: streit schieds schlicht anwendbares_recht gerichtsstand gericht$ gerichte sammelklage
disputes: litige différend médiat droit_applicable loi_applicable tribuna compétent juridiction
disputes: disputa controversi arbitraje mediación ley_aplicable legislación_aplicable jurisdicción juzgado litigio
disputes: legge_applicabile foro_competente giurisdizion
disputes: litígio controvérsia arbitragem mediação lei_aplicável foro$ jurisdição
disputes: geschil bemiddel toepasselijk_recht rechtbank rechter$ klassenaktie
price: price pricing fee$ fees$ payment pay$ paid$ payable refund billing billed charge subscription renew tax$ taxes$ vat$ invoice cost$ costs$ discount
price: preis gebühr zahlung zahlen$ bezahl entgelt vergütung erstatt abonnement abo$ abos$ rechnung kosten mehrwertsteuer steuern verlänger
price: prix$ tarif frais$ paiement payer payé rembours factur taxe tva$ renouvel coût
price: precio pago$ pagos$ pagar reembols suscripción impuesto iva$ renov coste cargos
price: prezz pagament pagare rimbors abbonament fattur impost rinnov costi$ costo$
price: preço taxa assinatura fatur imposto custo renova
price: prijs prijzen tarie betaling betalen betaald terugbetal factu btw$ belasting
dates: effective_date effective_as effective_from effective$ last_updated last_modified last_revised takes_effect take_effect come_into_force comes_into_force
dates: in_kraft letzte_aktualisierung zuletzt_aktualisiert stand$ gültig_ab entrée_en_vigueur dernière_mise mise_à_jour en_vigueur
dates: última_actualización entrada_en_vigor ultimo_aggiornamento in_vigore última_atualização em_vigor laatst_bijgewerkt inwerkingtreding van_kracht ingangsdatum
`

// stemTable holds the stems by their first stemKeyBytes bytes.
type stemTable map[string][]stem

// stem is one entry of labelStems.
type stem struct {
	text  string // with the leading space that folded words have
	whole bool   // matches whole words only
	label Label
}

// stemKeyBytes is the length of a key of the table, including the leading space. A
// shorter stem is a whole word and its own key.
const stemKeyBytes = 4

// labelStemTable is the parsed form of labelStems.
var labelStemTable = func() stemTable {
	v := stemTable{}
	for line := range strings.SplitSeq(strings.TrimSpace(labelStems), "\n") {
		label, words, _ := strings.Cut(line, ": ")
		for w := range strings.FieldsSeq(words) {
			s := stem{label: Label(label), text: " " + strings.ReplaceAll(strings.TrimSuffix(w, "$"), "_", " "), whole: strings.HasSuffix(w, "$")}
			k := s.text[:min(len(s.text), stemKeyBytes)]
			v[k] = append(v[k], s)
		}
	}
	return v
}()

// countStems adds the number of different stems of each label in a folded text to n.
func (v stemTable) countStems(fold string, n map[Label]int) {
	var seen []stem
	for i := 0; i < len(fold); i++ {
		if fold[i] != ' ' {
			continue
		}
		rest := fold[i:]
		key := rest[:min(len(rest), stemKeyBytes)]
		if end := strings.IndexByte(key[1:], ' '); end >= 0 {
			if list := v[key]; list == nil {
				key = key[:end+1]
			}
		}
		for _, s := range v[key] {
			if strings.HasPrefix(rest, s.text) && (!s.whole || len(rest) == len(s.text) || rest[len(s.text)] == ' ') && !slices.Contains(seen, s) {
				seen = append(seen, s)
				n[s.label]++
			}
		}
	}
}
