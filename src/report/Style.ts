/** The style sheet of the pages. Colours are variables: one set for light, one for dark. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #fff; --ink: #1a1a1a; --muted: #5c6066; --line: #d9dce0; --soft: #f5f6f8; --link: #005a9c;
  --good: #00735a; --bad: #b33c00; --wait: #5c6066; --accent: #0072b2; --on: #fff; --band: #cfd3d8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15171a; --ink: #e8e8e8; --muted: #a0a6ad; --line: #383c42; --soft: #1e2125; --link: #6cb6ff;
    --good: #3ecfa6; --bad: #ff8f52; --wait: #a0a6ad; --accent: #56b4e9; --on: #15171a; --band: #4a5058;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 28px 24px 64px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 8px; overflow-wrap: anywhere; }
h2 { font-size: 20px; margin: 44px 0 12px; padding-top: 12px; border-top: 1px solid var(--line); }
h3 { font-size: 16px; margin: 30px 0 4px; overflow-wrap: anywhere; }
p { margin: 0 0 10px; max-width: 75ch; }
a { color: var(--link); }
code, pre, .code { font: 13px/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code { overflow-wrap: anywhere; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: 10px 12px; margin: 6px 0 12px; white-space: pre-wrap; overflow-wrap: anywhere; }
.muted { color: var(--muted); }
.small { font-size: 13px; }
.lead { font-size: 16px; }
.badge { display: inline-block; font-size: 10.5px; font-weight: 700; line-height: 1; letter-spacing: .02em; padding: 3px 5px; border-radius: 3px; vertical-align: 1px; white-space: nowrap; border: 1px solid currentColor; }
.badge.synthetic { background: #d55e00; border-color: #d55e00; color: #fff; }
.good { color: var(--good); } .bad { color: var(--bad); } .wait { color: var(--wait); }
.state { font-weight: 600; white-space: nowrap; }
.banner { display: flex; gap: 14px; align-items: baseline; max-width: none; margin: 16px 0; padding: 12px 16px; border: 2px solid #d55e00; border-radius: 6px; }
.banner strong { background: #d55e00; color: #fff; padding: 2px 8px; border-radius: 4px; letter-spacing: .04em; }
.alarm { margin: 16px 0; padding: 12px 16px; border-left: 4px solid var(--bad); background: var(--soft); }
.alarm pre { margin-bottom: 0; background: var(--page); }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: 6px 20px; margin: 18px 0; padding: 14px 16px; background: var(--soft); border: 1px solid var(--line); border-radius: 6px; }
dl.facts dt { color: var(--muted); } dl.facts dd { margin: 0; overflow-wrap: anywhere; }
ul.contents { list-style: none; margin: 0; padding: 0; columns: 2 380px; column-gap: 28px; }
ul.contents li { padding: 3px 0; break-inside: avoid; }
.wide { overflow: auto; margin: 8px 0 6px; } .wide.tall { max-height: 460px; }
.says::first-letter { text-transform: uppercase; }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 5px 14px 5px 0; border-bottom: 1px solid var(--line); }
th { color: var(--muted); font-weight: 600; white-space: nowrap; box-shadow: inset 0 -2px var(--line); border-bottom: 0; vertical-align: bottom; position: sticky; top: 0; background: var(--page); }
td.number, th.number { text-align: right; white-space: nowrap; }
td.nowrap, td code[title] { white-space: nowrap; }
td.long { min-width: 180px; max-width: 420px; overflow-wrap: anywhere; }
td .clamp { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
td .clamp:hover { -webkit-line-clamp: none; } @media print { td .clamp { -webkit-line-clamp: none; } }
td .missing { color: var(--muted); }
[title] { text-decoration: none; }
figure { margin: 10px 0; padding: 0; background: #fff; border: 1px solid var(--line); border-radius: 6px; max-width: 740px; }
figure img { display: block; width: 100%; height: auto; border-radius: 6px; }
.gauge { display: block; } .gauge .band { fill: var(--band); } .gauge .rule { stroke: var(--line); } .gauge .line { stroke: var(--accent); stroke-width: 2; } .gauge .dot { fill: var(--accent); }
.drawing { display: block; max-width: 100%; height: auto; margin: 8px 0 18px; }
.drawing text { fill: var(--ink); font: 13px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; }
.drawing .under { fill: var(--muted); font-size: 11.5px; }
.drawing rect { fill: var(--soft); stroke: var(--wait); stroke-width: 1.4; }
.drawing .done rect { stroke: var(--good); } .drawing .failed rect { stroke: var(--bad); stroke-width: 3; }
.drawing .skipped rect, .drawing .idle rect { stroke-dasharray: 4 3; }
.drawing path { fill: none; stroke: var(--muted); stroke-width: 1.2; opacity: .7; } .drawing .head { fill: var(--muted); stroke: none; opacity: 1; }
.drawing g .flag { fill: #d55e00; stroke: none; } .drawing g .flagged { fill: #fff; font-size: 9.5px; font-weight: 700; }
@media print {
  :root { color-scheme: light; --page: #fff; --ink: #000; --muted: #444; --line: #bbb; --soft: #f5f6f8; --link: #000; --good: #00735a; --bad: #b33c00; --wait: #444; --accent: #0072b2; --band: #cfd3d8; }
  body { font-size: 11pt; } main { max-width: none; padding: 0; } .wide, .wide.tall { overflow: visible; max-height: none; } th { position: static; } table { font-size: 9pt; }
  h2, h3, h3 + p { break-after: avoid; } tr, figure, dl, .drawing, .banner { break-inside: avoid; } thead { display: table-header-group; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
@media (max-width: 640px) { dl.facts { grid-template-columns: 1fr; gap: 0; } dl.facts dd { margin-bottom: 8px; } main { padding: 18px 14px 40px; } .banner { display: block; } }
`
