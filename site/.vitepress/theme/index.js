// VitePress's own theme, in colours that can be read: axe asks for a contrast of 4.5.
import theme from "vitepress/theme";
import "./contrast.css";

export default theme;
