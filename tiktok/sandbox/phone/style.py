"""How the pages look, in light and dark, on a phone and beside one."""

STYLE = """
:root{color-scheme:light dark;--ground:#eceef2;--sheet:#fff;--raised:#f5f6f8;--line:#dfe1e6;
--ink:#161823;--soft:#5b5d68;--accent:#c81e45;--on-accent:#fff;--good:#0b6b3f;--good-ground:#ddf3e7;
--warn:#7a4a00;--warn-ground:#fdefd3;--bad:#9a1232;--bad-ground:#fdecef;--bezel:#111217}
@media(prefers-color-scheme:dark){:root{--ground:#0c0d11;--sheet:#17181f;--raised:#21232c;
--line:#343743;--ink:#f1f2f5;--soft:#a7aab6;--accent:#ff5c7e;--on-accent:#1b0007;--good:#6fdca6;
--good-ground:#11331f;--warn:#f3c46b;--warn-ground:#3a2a08;--bad:#ff9db1;--bad-ground:#40101d;
--bezel:#000}}
*{box-sizing:border-box}html{-webkit-text-size-adjust:100%;scroll-padding-bottom:56px}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.45 system-ui,sans-serif}
h1,h2,h3,p,ul,dl,dd{margin:0;padding:0}ul{list-style:none}a{color:inherit}
.stage{display:flex;flex-direction:column;align-items:stretch}
.phone{background:var(--sheet);display:flex;flex-direction:column;min-height:100vh}
.screen{padding:16px 18px 28px;flex:1}
.strip{display:flex;justify-content:space-between;gap:12px;padding:10px 18px;font-size:12px;
color:var(--soft);border-bottom:1px solid var(--line)}
.strip a{text-decoration:none;font-weight:600;color:var(--ink)}
.tabs{position:sticky;bottom:0;display:flex;background:var(--sheet);border-top:1px solid var(--line)}
.tabs a{flex:1;padding:12px 4px;text-align:center;text-decoration:none;font-size:13px;
font-weight:600;color:var(--soft);border-top:3px solid transparent;margin-top:-1px;min-height:48px}
.tabs a[aria-current]{color:var(--accent);border-top-color:var(--accent)}
.who{display:flex;gap:14px;align-items:center;margin-bottom:18px}
.who h1{font-size:20px;line-height:1.2;overflow-wrap:anywhere}.who p{color:var(--soft);font-size:14px}
.face{flex:none;display:grid;place-items:center;width:52px;height:52px;border-radius:50%;
color:#fff;font-weight:700;font-size:21px}
.face.small{width:38px;height:38px;font-size:15px}
.ask{font-size:22px;line-height:1.2;margin:4px 0 6px}
h2{font-size:15px;margin:22px 0 8px}.screen>h2:first-child{margin-top:4px}
.lead{color:var(--soft);font-size:14px;margin:4px 0 14px}
.card{border:1px solid var(--line);border-radius:14px;padding:14px;margin-bottom:10px;
background:var(--sheet)}
.card h3{font-size:16px;line-height:1.3;overflow-wrap:anywhere}
.card p{font-size:14px;color:var(--soft);margin-top:3px;overflow-wrap:anywhere}
.top{display:flex;justify-content:space-between;align-items:flex-start;gap:10px}
.badge{flex:none;padding:2px 9px;border-radius:99px;font-size:12px;font-weight:600;
background:var(--raised);color:var(--soft);white-space:nowrap}
.badge.good{background:var(--good-ground);color:var(--good)}
.badge.warn{background:var(--warn-ground);color:var(--warn)}
.badge.bad{background:var(--bad-ground);color:var(--bad)}
.row{display:flex;gap:8px;margin-top:12px;flex-wrap:wrap}.row>*{flex:1;min-width:96px;width:auto}
button,.button{display:block;width:100%;min-height:44px;padding:9px 14px;border-radius:10px;
border:1px solid var(--line);background:var(--raised);color:var(--ink);font:600 15px system-ui,
sans-serif;cursor:pointer;text-align:center;text-decoration:none}
button.main{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
button:hover{filter:brightness(.96)}
:focus-visible{outline:3px solid #25a9b8;outline-offset:2px}
label{display:block;font-size:13px;font-weight:600;margin:12px 0 5px}
input[type=text],select{width:100%;min-height:44px;padding:9px 12px;border:1px solid var(--soft);
border-radius:10px;background:var(--sheet);color:var(--ink);font:inherit}
details{margin-top:10px}summary{cursor:pointer;font-weight:600;font-size:14px;padding:8px 0}
details button{margin-top:12px}
.note{padding:11px 14px;border-radius:10px;font-size:14px;margin-bottom:14px;
background:var(--good-ground);color:var(--good);overflow-wrap:anywhere}
.note.wrong{background:var(--bad-ground);color:var(--bad)}
.empty{border:1px dashed var(--line);border-radius:14px;padding:18px;color:var(--soft);
font-size:14px;text-align:center}
.person{display:flex;gap:12px;align-items:center;padding:9px 0;border-bottom:1px solid var(--line);
text-decoration:none}.person b,.person small{display:block}.person small{color:var(--soft)}
.person span:nth-child(2){flex:1;min-width:0;overflow-wrap:anywhere}
.clip{display:flex;gap:12px}.clip>div{flex:1;min-width:0}
.shot{flex:none;width:54px;height:72px;border-radius:8px}
.desk{padding:20px 18px 40px;border-top:8px solid var(--ground)}
.desk h2:first-child{margin-top:0}.now{font-size:22px;font-weight:700;line-height:1.25}
.trail{font-size:13px}.trail li{display:flex;justify-content:space-between;align-items:center;gap:10px;
padding:8px 0;border-bottom:1px solid var(--line)}.trail span:first-child{overflow-wrap:anywhere}
.desk .lead{margin-bottom:10px}
@media(min-width:860px){.stage{flex-direction:row;justify-content:center;align-items:flex-start;
gap:48px;padding:32px 24px 48px}
.phone{width:390px;flex:none;position:sticky;top:32px;height:min(780px,calc(100vh - 64px));min-height:0;border:10px solid var(--bezel);
border-radius:44px;overflow:hidden;box-shadow:0 24px 60px #0005}
.screen{overflow-y:auto;scrollbar-width:thin}.strip{padding:14px 24px 10px}
.tabs{position:static}.tabs a[href="#desk"]{display:none}
.desk{width:460px;border:0;padding:8px 0 0}}
"""
