/**
 * Colours of charts, by the reader's choice of light or dark. The two hues are told apart without colour vision, too (Okabe and
 * Ito 2008).
 */
export const COLOURS = `:root{--paper:#fff;--ink:#222;--faint:#666;--grid:#ddd;--one:#0072b2;--two:#d55e00;--warn:#fff1e6}
@media (prefers-color-scheme:dark){:root{--paper:#15181c;--ink:#e6e6e6;--faint:#a0a4aa;--grid:#363b42;--one:#56b4e9;--two:#e69f00;--warn:#3a2a18}}`;

export const CHART_STYLE = `svg text{font:12px system-ui,sans-serif;fill:var(--faint)}
svg .title{font-size:15px;font-weight:600;fill:var(--ink)}
svg .label{fill:var(--ink)}
svg .group{font-weight:600;fill:var(--ink)}
svg .grid{stroke:var(--grid);fill:none}
svg .guide{stroke:var(--faint);stroke-dasharray:5 4;fill:none}
svg .dot{fill:var(--one);fill-opacity:.35}
svg .one{fill:var(--one);stroke:var(--one)}
svg .two{fill:var(--two);stroke:var(--two)}
svg .whisker{stroke-width:2;fill:none}`;
